package org.dualanodiff.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.RunRegistry.RunIdentity;
import org.dualanodiff.pipeline.store.StoreException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunNamingTest {

    @TempDir
    private Path folder;

    @BeforeEach
    void writeData() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(1, 1, 6), List.of("cloth"));
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
            runs.bindAdapters(before.runId(), inputs().adapters());
        }
        assertThat(identify().runId()).isEqualTo(before.runId());
        Path holes = folder.resolve("data/cloth/test/hole");
        Files.copy(holes.resolve("005.png"), holes.resolve("000.png"), StandardCopyOption.REPLACE_EXISTING);
        assertThat(identify().runId()).isEqualTo(before.runId() + "-2");
    }

    @Test
    void auto_whenGoodImagesWereAdded_isTheNextRunOnlyIfPairsAreMadeOnThem() throws IOException {
        RunIdentity anchored = identify("generation.background=anchored");
        RunIdentity drawn = identify();
        try (ObjectStore store = store()) {
            RunRegistry runs = new RunRegistry(store);
            runs.bindGoodImages(
                    anchored.runId(), inputs("generation.background=anchored").goodImages());
        }
        assertThat(inputs().goodImages()).isEmpty();
        Path good = folder.resolve("data/cloth/train/good");
        Files.copy(good.resolve("000.png"), good.resolve("zzz.png"));
        assertThat(identify("generation.background=anchored").runId()).isEqualTo(anchored.runId() + "-2");
        assertThat(identify().runId()).isEqualTo(drawn.runId());
    }

    @Test
    void run_whenGoodImagesWereAdded_refusesToGoOn() throws IOException {
        try (ObjectStore store = store()) {
            RunRegistry runs = new RunRegistry(store);
            runs.bindGoodImages(
                    "night", inputs("generation.background=anchored").goodImages());
            Path good = folder.resolve("data/cloth/train/good");
            Files.copy(good.resolve("000.png"), good.resolve("zzz.png"));
            assertThatThrownBy(() -> runs.bindGoodImages(
                            "night", inputs("generation.background=anchored").goodImages()))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll("run night", "1 good images of cloth", "2 now", "run.id");
        }
    }

    @Test
    void run_whenTrainingImagesChangedInPlace_isRefusedBeforeAnythingIsWritten() throws IOException {
        RunIdentity night = identify("run.id=night");
        try (ObjectStore store = store()) {
            RunRegistry runs = new RunRegistry(store);
            requireSame(runs, night);
            assertThat(store.list("")).isEmpty();
            runs.open(night);
            runs.bindAdapters("night", inputs().adapters());
            requireSame(runs, night);

            Path holes = folder.resolve("data/cloth/test/hole");
            Files.copy(holes.resolve("005.png"), holes.resolve("000.png"), StandardCopyOption.REPLACE_EXISTING);
            assertThatThrownBy(() -> requireSame(runs, night))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContainingAll("run night has samples of cloth/hole", "give another run.id");
        }
    }

    private void requireSame(RunRegistry runs, RunIdentity night) {
        RunInputs inputs = inputs();
        runs.requireSame(night, inputs.adapters(), inputs.goodImages());
    }

    @Test
    void settings_withObjectMasksThatPlaceDefects_holdThem() {
        String masks = folder.resolve("masks").toString();
        String place = "generation.place=object";
        assertThat(inputs("generation.background=anchored", place, "background.object-masks=" + masks)
                        .settings()
                        .all())
                .containsEntry("background.object-masks", masks);
        assertThat(inputs("background.object-masks=" + masks).settings().all())
                .doesNotContainKey("background.object-masks");
    }

    @Test
    void adapters_whenObjectMasksWereCorrectedInPlace_areOthersOfTheDefectsConcerned() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(1, 1, 6), List.of("hex_nut"));
        Path masks = writeObjectMasks("masks");
        String[] sets = {"background.mode=on", "dataset.categories=[hex_nut]", "background.object-masks=" + masks};
        List<AdapterId> before = inputs(sets).adapters();
        assertThat(before).hasSizeGreaterThan(1);
        assertThat(inputs(sets).adapters()).isEqualTo(before);

        sets[2] = "background.object-masks=" + writeObjectMasks("moved");
        assertThat(inputs(sets).adapters()).isEqualTo(before);

        String defect = before.get(0).defect();
        writeMask(folder.resolve("moved/hex_nut/test/" + defect + "/000.png"), 90);
        List<AdapterId> after = inputs(sets).adapters();
        assertThat(after.get(0)).isNotEqualTo(before.get(0));
        assertThat(after.subList(1, after.size())).isEqualTo(before.subList(1, before.size()));
    }

    @Test
    void goodImages_whenTheirObjectMasksWereCorrectedInPlace_areOthers() throws IOException {
        SampleDataset.write(folder.resolve("data"), 1, new SampleDataset.Size(1, 1, 6), List.of("hex_nut"));
        String[] sets = {
            "background.mode=on", "dataset.categories=[hex_nut]", "background.object-masks=" + writeObjectMasks("masks")
        };
        RunInputs before = inputs(sets);
        assertThat(inputs(sets).goodImages()).isEqualTo(before.goodImages());

        writeMask(folder.resolve("masks/hex_nut/train/good/000.png"), 90);
        assertThat(inputs(sets).goodImages()).isNotEqualTo(before.goodImages());
        assertThat(inputs(sets).adapters()).isEqualTo(before.adapters());
    }

    /** Of every image. */
    private Path writeObjectMasks(String name) throws IOException {
        Path data = folder.resolve("data");
        List<Path> images;
        try (Stream<Path> all = Files.walk(data.resolve("hex_nut"))) {
            images = all.filter(file -> file.toString().endsWith(".png")).toList();
        }
        for (Path image : images) {
            writeMask(folder.resolve(name).resolve(data.relativize(image)), 30);
        }
        return folder.resolve(name);
    }

    private static void writeMask(Path file, int side) throws IOException {
        BufferedImage mask = new BufferedImage(128, 128, BufferedImage.TYPE_BYTE_GRAY);
        mask.createGraphics().fillRect(0, 0, side, side);
        Files.createDirectories(file.getParent());
        ImageIO.write(mask, "png", file.toFile());
    }

    @Test
    void auto_withSaliencyNetwork_followsItsContentNotItsPlace() throws IOException {
        String first = identifyWithNetwork("a.pt", "weights").runId();
        assertThat(identifyWithNetwork("b.pt", "weights").runId()).isEqualTo(first);
        assertThat(identifyWithNetwork("a.pt", "others").runId()).isNotEqualTo(first);
    }

    @Test
    void settings_withSaliencyNetwork_holdTheHashOfItsFile() throws IOException {
        Path network = Files.writeString(folder.resolve("abc.pt"), "abc");
        assertThat(inputs("mask.method=saliency", "mask.saliency-model=" + network)
                        .settings()
                        .all())
                .containsEntry(
                        "mask.saliency-model", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    @Test
    void inputs_withoutTheSaliencyNetworksFile_nameSettingAndFile() {
        String missing = folder.resolve("none.pt").toString();
        assertThatThrownBy(() -> inputs("mask.method=saliency", "mask.saliency-model=" + missing))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("mask.saliency-model", missing);
    }

    @Test
    void mask_withAnotherSaliencyNetworkThanPlanned_isRefused() throws IOException {
        Path network = Files.writeString(folder.resolve("net.pt"), "planned");
        MaskExtractor mask = inputs("mask.method=saliency", "mask.saliency-model=" + network)
                .settings()
                .mask(Optional.empty());
        Files.writeString(network, "other");
        AnomalyPart part = AnomalyPart.of(new BufferedImage(8, 8, BufferedImage.TYPE_3BYTE_BGR));
        assertThatThrownBy(() -> mask.extract(part))
                .hasMessageContainingAll(network.toString(), "not the network that the run was planned with");
    }

    private RunIdentity identifyWithNetwork(String name, String content) throws IOException {
        Path network = Files.writeString(folder.resolve(name), content);
        return identify("mask.method=saliency", "mask.saliency-model=" + network);
    }

    @Test
    void givenId_isTakenAsItIs() {
        assertThat(identify("run.id=night-7").runId()).isEqualTo("night-7");
    }

    @Test
    void maskCleanup_atAnotherResolution_growsWithIt() {
        String[] cleanup = {"mask.opening-radius=1", "mask.closing-radius=2", "mask.min-area=4", "mask.max-hole-area=64"
        };
        List<String> larger = new ArrayList<>(List.of(cleanup));
        larger.add("resolution=512");

        assertThat(inputs(cleanup).settings().groundDistance().cleanup()).isEqualTo(new MaskCleanup(1, 2, 4, 0, 64));
        assertThat(inputs(larger.toArray(String[]::new))
                        .settings()
                        .groundDistance()
                        .cleanup())
                .isEqualTo(new MaskCleanup(4, 8, 64, 0, 1024));
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
