package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.EvaluationConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.evaluate.CategoryImages.TestImage;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.samples.TestSamples;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One detector on procedural products, from files to figures. */
class EvaluateArmTest {

    private static final EvaluationConfig.Budget SETTINGS = new EvaluationConfig.Budget(32, 3, 2, 6, 8, 3e-3, 4, 3);

    @TempDir
    private static Path data;

    private static CategoryData category;

    private final DatasetFiles files = new DatasetFiles(new Configuration());

    @BeforeAll
    static void writeData() throws IOException {
        SampleDataset.write(data, 1, new SampleDataset.Size(4, 3, 6), List.of("cloth"));
        category = read(data, Set.of("hole/003.png"));
    }

    @Test
    void arm_ofPastedAndDrawnDefects_givesFiguresOfAllTestsAndThoseWithoutTwins() throws IOException {
        List<Integer> steps = new ArrayList<>();
        EvaluateArm.Result result = run(task("real+procedural+cut-paste", 1), (step, all, loss) -> steps.add(step));
        assertThat(steps).hasSize(6);
        int defects = category.sets().size() * 4;
        assertThat(result.measured().all().pooled().defective()).isEqualTo(defects);
        assertThat(result.measured().noTwin().pooled().defective()).isEqualTo(defects - 1);
        assertThat(result.measured().all().pooled().good()).isEqualTo(3);
        assertThat(result.measured().all().pooled().pixelAuroc()).isBetween(0.0, 1.0);
        assertThat(result.measured().all().perDefect())
                .containsKey("hole")
                .hasSize(category.sets().size());
        assertThat(result.measured().noTwin().perDefect().get("hole").defective())
                .isEqualTo(3);
        assertThat(result.cases())
                .hasSize(defects - 1)
                .isSortedAccordingTo((a, b) -> Double.compare(b.pixelAp(), a.pixelAp()));
        assertThat(ImageIO.read(new ByteArrayInputStream(result.sheet())).getHeight())
                .isEqualTo(3 * 32 + 8);
        assertThat(result.measured().classification().types()).contains("hole");
        assertThat(result.measured().classification().accuracy()).isBetween(0.0, 1.0);
    }

    @Test
    void arm_runTwice_givesTheSameFigures() throws IOException {
        EvaluateArm.Result first = run(task("real", 5), "one", TrainingListener.NONE);
        EvaluateArm.Result second = run(task("real", 5), "another", TrainingListener.NONE);
        assertThat(second.reused()).isFalse();
        assertThat(second.measured().all()).isEqualTo(first.measured().all());
        assertThat(run(task("real", 6), "one", TrainingListener.NONE).measured().all())
                .isNotEqualTo(first.measured().all());
    }

    @Test
    void arm_knownToTheStore_isNotTrainedAgain() throws IOException {
        EvaluateArm.Result first = run(task("cut-paste", 7), "known", TrainingListener.NONE);
        EvaluateArm.Result second = run(task("cut-paste", 7), "known", (step, steps, loss) -> fail("trained again"));
        assertThat(second.reused()).isTrue();
        assertThat(second.measured().noTwin()).isEqualTo(first.measured().noTwin());
        assertThat(second.measured().classification().confusion())
                .isDeepEqualTo(first.measured().classification().confusion());
        assertThat(second.cases()).isEqualTo(first.cases());
        assertThat(second.sheet()).isEqualTo(first.sheet());

        EvaluationConfig.Budget longer = new EvaluationConfig.Budget(32, 3, 2, 7, 8, 3e-3, 4, 3);
        EvaluateArm.Task changed = new EvaluateArm.Task(Arm.parse("cut-paste"), 7, true, category, "r-1", longer);
        assertThat(run(changed, "known", TrainingListener.NONE).reused()).isFalse();
    }

    @Test
    void losses_ofADetector_areMeansOverTwentiethsOfItsSteps() throws IOException {
        EvaluationConfig.Budget longer = new EvaluationConfig.Budget(32, 1, 1, 39, 2, 1e-3, 1, 0);
        List<Double> seen = new ArrayList<>();
        EvaluateArm.Result result = run(
                new EvaluateArm.Task(Arm.parse("real"), 8, false, category, "r-1", longer),
                (step, all, loss) -> seen.add(loss));
        assertThat(result.measured().losses()).hasSize(20).first().isEqualTo((seen.get(0) + seen.get(1)) / 2);
        assertThat(result.measured().finalLoss()).isEqualTo(seen.get(38));
    }

    @Test
    void phases_ofAnArm_shareItsSteps() throws IOException {
        for (int step = 1; step <= SETTINGS.steps(); step++) {
            assertThat(batch("real>cut-paste", step)).isEqualTo(batch(step <= 3 ? "real" : "cut-paste", step));
            assertThat(batch("cut-paste>real>real", step)).isEqualTo(batch(step <= 2 ? "cut-paste" : "real", step));
        }
    }

    @Test
    void source_namedTwice_hasTwiceTheRows() throws IOException {
        float[] once = batch("real+cut-paste", 1);
        float[] twice = batch("real+real+cut-paste", 1);
        int row = once.length / SETTINGS.batchSize();
        // Four rows without a defect, then two of real defects, then the rows that differ: the third is real or pasted.
        assertThat(Arrays.copyOf(twice, 6 * row)).isEqualTo(Arrays.copyOf(once, 6 * row));
        assertThat(Arrays.copyOf(twice, 7 * row)).isEqualTo(Arrays.copyOf(batch("real", 1), 7 * row));
    }

    private float[] batch(String arm, int step) throws IOException {
        CategoryImages images = CategoryImages.load(category, SETTINGS, files);
        try (ObjectStore store = ObjectStore.open(data.resolve("batches").toString(), Map.of())) {
            return new DefectPools(task(arm, 3), images, store)
                    .batches()
                    .apply(step)
                    .images();
        }
    }

    @Test
    void arm_ofARunWithoutPairs_saysWhatToRun() {
        assertThatThrownBy(() -> run(task("generated@r-none", 1), TrainingListener.NONE))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("run r-none")
                .hasMessageContaining("no accepted pairs of cloth/")
                .hasMessageContaining("augment");
    }

    @Test
    void pairs_ofTwoRuns_areTakenInTurns(@TempDir Path folder) throws IOException {
        AdapterId adapter = EvaluationFixture.adapter("hole");
        try (ObjectStore store = ObjectStore.open(folder.resolve("store").toString(), Map.of())) {
            for (String run : List.of("a", "b")) {
                Path file = folder.resolve(run + ".parquet");
                SampleFile.write(file, IntStream.range(0, 3).mapToObj(index -> TestSamples.of(run, adapter, index)));
                String key = StoreLayout.samples(run, adapter.unit()) + "/pairs-0.parquet";
                store.upload(file, key);
                UnitCommit.File listed = new UnitCommit.File(key, Files.size(file), "ab", 3, List.of(0, 1, 2));
                new UnitCommits(store, run)
                        .create(UnitCommit.nothing(run, adapter)
                                .with(List.of(listed), Map.of(0, List.of(), 1, List.of(), 2, List.of())));
            }
            assertThat(DefectPools.accepted(store, List.of("a", "b"), adapter.unit(), SETTINGS))
                    .extracting(sample -> sample.id().runId() + sample.id().index())
                    .containsExactly("a0", "b0", "a1", "b1");
        }
    }

    @Test
    void arm_whoseTrainingDefectsVanishAtItsSize_saysSo(@TempDir Path folder) throws IOException {
        SampleDataset.write(folder, 1, new SampleDataset.Size(2, 1, 6), List.of("cloth"));
        for (DefectSet set : read(folder, Set.of()).sets()) {
            for (DefectImage image : set.training()) {
                BufferedImage corner = new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_BYTE_GRAY);
                corner.getRaster().setSample(0, 0, 0, 255);
                Path masks = folder.resolve("cloth/ground_truth").resolve(set.defect());
                ImageIO.write(
                        corner,
                        "png",
                        masks.resolve(image.name().replace(".", "_mask.")).toFile());
            }
        }
        CategoryData tiny = read(folder, Set.of());
        EvaluateArm.Task task = new EvaluateArm.Task(Arm.parse("real"), 1, true, tiny, "r-1", SETTINGS);
        assertThatThrownBy(() -> run(task, TrainingListener.NONE))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("arm real of cloth has nothing to learn from")
                .hasMessageContaining("evaluate.size = 32");
    }

    @Test
    void arm_whoseTestDefectsAllHaveTwins_isMeasuredWithoutAClassification() throws IOException {
        Set<String> all = category.sets().stream()
                .flatMap(set -> set.test().stream().map(image -> set.defect() + "/" + image.name()))
                .collect(Collectors.toSet());
        EvaluateArm.Task task = new EvaluateArm.Task(Arm.parse("real"), 9, false, read(data, all), "r-1", SETTINGS);
        EvaluateArm.Result result = run(task, TrainingListener.NONE);
        assertThat(result.measured().all().pooled().defective()).isPositive();
        assertThat(result.measured().classification()).isNull();
    }

    @Test
    void category_withoutGoodTestImages_isRefused(@TempDir Path folder) throws IOException {
        SampleDataset.write(folder, 1, new SampleDataset.Size(2, 0, 3), List.of("wood"));
        CategoryData lacking = read(folder, Set.of());
        assertThatThrownBy(() -> CategoryImages.load(lacking, SETTINGS, files))
                .isInstanceOf(UserError.class)
                .hasMessageContaining("wood cannot be evaluated")
                .hasMessageContaining("none in test/good");
    }

    @Test
    void images_thatAreListedAsTwins_areMarkedAmongGoodOnesToo() throws IOException {
        CategoryImages images =
                CategoryImages.load(read(data, Set.of("good/001.png", "hole/003.png")), SETTINGS, files);
        assertThat(images.tests().stream().filter(TestImage::twin).map(TestImage::label))
                .containsExactlyInAnyOrder("good/001.png", "hole/003.png");
    }

    private EvaluateArm.Result run(EvaluateArm.Task task, TrainingListener listener) throws IOException {
        return run(task, "store", listener);
    }

    private EvaluateArm.Result run(EvaluateArm.Task task, String folder, TrainingListener listener) throws IOException {
        try (ObjectStore store = ObjectStore.open(data.resolve(folder).toString(), Map.of())) {
            return new EvaluateArm(store, files).run(task, Compute.CPU, listener);
        }
    }

    private static EvaluateArm.Task task(String arm, long seed) {
        return new EvaluateArm.Task(Arm.parse(arm), seed, true, category, "r-1", SETTINGS);
    }

    private static CategoryData read(Path root, Set<String> twins) {
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.FirstThird()));
        return new CategoryData(
                dataset.good().get(0).category(), dataset.sets(), dataset.good().get(0), twins);
    }
}
