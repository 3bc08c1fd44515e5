package org.dualanodiff.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.sample.SampleDataset;
import org.dualanodiff.pipeline.sample.SampleSize;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunIdentity;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunNamingTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void writeData() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleSize(1, 1, 6), List.of("cloth"));
    }

    @Test
    void auto_forTheSameCommand_isTheSameRun() {
        assertThat(identify().runId()).isEqualTo(identify().runId()).startsWith("r-");
    }

    @Test
    void auto_forMoreSamples_isTheSameRun() {
        assertThat(identify("generation.samples-per-defect=900").runId())
                .isEqualTo(identify().runId());
    }

    @Test
    void auto_forOtherPixels_isAnotherRun() {
        assertThat(identify("generation.guidance-scale=3").runId())
                .isNotEqualTo(identify().runId());
        assertThat(identify("training.steps=7").runId()).isNotEqualTo(identify().runId());
    }

    @Test
    void auto_whenTrainingImagesChangedInPlace_isTheNextRun() throws IOException {
        RunIdentity before = identify();
        try (ObjectStore store = store()) {
            RunRegistry runs = new RunRegistry(store);
            runs.open(before);
            inputs().adapters().forEach(adapter -> runs.bindAdapter(before.runId(), adapter));
        }
        assertThat(identify().runId()).isEqualTo(before.runId());
        Path holes = folder.resolve("data/cloth/test/hole");
        Files.copy(holes.resolve("005.png"), holes.resolve("000.png"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(identify().runId()).isEqualTo(before.runId() + "-2");
    }

    @Test
    void givenId_isTakenAsItIs() {
        assertThat(identify("run.id=night-7").runId()).isEqualTo("night-7");
    }

    private RunIdentity identify(String... sets) {
        try (ObjectStore store = store()) {
            return new RunNaming(new RunRegistry(store)).identify(inputs(sets));
        }
    }

    private ObjectStore store() {
        return ObjectStore.open(folder.resolve("store").toString(), Map.of());
    }

    private RunInputs inputs(String... sets) {
        List<String> all = new ArrayList<>(List.of("dataset.root=" + folder.resolve("data")));
        all.addAll(List.of(sets));
        return RunInputs.read(
                ConfigLoader.load(Optional.empty(), all, Map.of(), new Properties()),
                new LocalCache(folder.resolve("cache")),
                new Configuration());
    }
}
