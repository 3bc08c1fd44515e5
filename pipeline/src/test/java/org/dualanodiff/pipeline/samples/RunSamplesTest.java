package org.dualanodiff.pipeline.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunSamplesTest {

    private static final AdapterId ADAPTER =
            new AdapterId("hex nut", "dent", Fingerprint.of("test").build());
    private static final String UNIT = StoreLayout.samples("night", new UnitKey("hex nut", "dent"));

    @TempDir
    private Path folder;

    private ObjectStore store;

    @BeforeEach
    void writeTable() throws IOException {
        store = ObjectStore.open(folder.resolve("store").toString(), Map.of());
        Path file = folder.resolve("part.parquet");
        SampleFile.write(file, IntStream.range(0, 3).mapToObj(index -> TestSamples.of("night", ADAPTER, index)));
        store.upload(file, UNIT + "/pairs-0.parquet");
        UnitCommit.File listed =
                new UnitCommit.File(UNIT + "/pairs-0.parquet", Files.size(file), "ab", 3, List.of(0, 1, 2));
        new UnitCommits(store, "night")
                .create(UnitCommit.nothing("night", ADAPTER)
                        .with(List.of(listed), Map.of(0, List.of(), 1, List.of(), 2, List.of())));
    }

    @Test
    void samples_besideWhatNoCommitLists_areThoseOfTheCommitAlone() throws IOException {
        store.write(UNIT + "/__magic_job-1f0e/tasks/attempt_1/__base/part-1.parquet", new byte[0]);
        store.write(UNIT + "/_temporary/0/_temporary/attempt_1/part-2.parquet", new byte[] {'P', 'A', 'R', '1'});
        store.write(UNIT + "/pairs-3.parquet", new byte[1]);
        RunSamples samples = new RunSamples(store, "night");
        List<GeneratedSample> first = samples.first(new UnitKey("hex nut", "dent"), sample -> true, 2);
        assertThat(first).extracting(sample -> sample.id().index()).containsExactly(0L, 1L);
        assertThat(samples.files()).extracting(StoredFile::key).containsExactly(UNIT + "/pairs-0.parquet");
    }

    @Test
    void samples_ofAUnitWithLeftoversAlone_areNone() throws IOException {
        String other = StoreLayout.samples("night", new UnitKey("hex nut", "crack"));
        store.write(other + "/pairs-0.parquet", new byte[0]);
        RunSamples samples = new RunSamples(store, "night");
        assertThat(samples.files(new UnitKey("hex nut", "crack"))).isEmpty();
        assertThat(samples.first(new UnitKey("hex nut", "crack"), sample -> true, 2))
                .isEmpty();
    }
}
