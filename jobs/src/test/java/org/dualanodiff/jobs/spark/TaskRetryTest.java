package org.dualanodiff.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.jobs.run.EvaluationRun;
import org.dualanodiff.jobs.run.ExportRun;
import org.dualanodiff.jobs.spark.UnitJobs.UnitWork;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.pipeline.config.EvaluationConfig;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.evaluate.Arm;
import org.dualanodiff.pipeline.evaluate.EvaluateArm;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.evaluate.GenerationMetrics;
import org.dualanodiff.pipeline.evaluate.MeasureGenerated;
import org.dualanodiff.pipeline.export.ExportFormat;
import org.dualanodiff.pipeline.export.ExportPairs;
import org.dualanodiff.pipeline.export.ExportPlan;
import org.dualanodiff.pipeline.procedural.SampleDataset;
import org.dualanodiff.pipeline.quality.LearnQuality;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.store.RunLease;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Jobs on a Spark that tries a task twice, with a file system that breaks once. */
@Tag("slow")
class TaskRetryTest {

    private static final EvaluationConfig.Budget SETTINGS = new EvaluationConfig.Budget(32, 3, 2, 1, 2, 3e-3, 1, 0);

    @TempDir
    private static Path shared;

    private static SparkSession spark;
    private static JavaSparkContext context;

    /** The local disk, where the first look into each file fails. */
    public static final class BrokenOnce extends RawLocalFileSystem {

        private static final Map<String, Integer> OPENED = new HashMap<>();

        @Override
        public URI getUri() {
            return URI.create("once:///");
        }

        @Override
        public FSDataInputStream open(org.apache.hadoop.fs.Path file, int bufferSize) throws IOException {
            synchronized (OPENED) {
                if (OPENED.merge(file.toUri().getPath(), 1, Integer::sum) == 1) {
                    throw new IOException("connection reset");
                }
            }
            return super.open(file, bufferSize);
        }

        static int opened(Path file) {
            synchronized (OPENED) {
                return OPENED.getOrDefault(file.toString(), 0);
            }
        }
    }

    @BeforeAll
    static void start() throws IOException {
        SampleDataset.write(shared.resolve("data"), 1, new SampleDataset.Size(1, 1, 6), List.of("cloth"));
        spark = SparkSession.builder()
                .master("local[1,2]")
                .config("spark.ui.enabled", "false")
                .config("spark.driver.host", "localhost")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.hadoop.fs.once.impl", BrokenOnce.class.getName())
                .getOrCreate();
        context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    }

    @AfterAll
    static void stop() {
        spark.stop();
    }

    @Test
    void detector_whoseImageCannotBeReachedOnce_isTriedAgain() throws IOException {
        Path image = picture("detector.png");
        CategoryData data = dataOf(image);
        List<EvaluateArm.Result> results = EvaluationRun.detect(
                context,
                settings(),
                Progress.showOn(new PrintWriter(System.err)),
                List.of(new EvaluateArm.Task(Arm.parse("cut-paste"), 1, true, data, "r", SETTINGS)));
        assertThat(BrokenOnce.opened(image)).isEqualTo(2);
        assertThat(results.get(0).measured().error()).contains("cloth cannot be evaluated");
    }

    @Test
    void measurement_whoseImageCannotBeReachedOnce_isTriedAgain() throws IOException {
        Path image = picture("measurement.png");
        List<GenerationMetrics> figures = EvaluationRun.measure(
                context,
                settings(),
                List.of(new MeasureGenerated.Task(
                        dataOf(image), "hole", List.of("r"), SETTINGS, new EvaluationConfig.Networks("", "", "", 32))));
        assertThat(BrokenOnce.opened(image)).isEqualTo(2);
        assertThat(figures.get(0).error()).contains("cloth cannot be evaluated");
    }

    @Test
    void export_whoseImageCannotBeReachedOnce_isTriedAgain() throws IOException {
        Path image = picture("export.png");
        ExportPlan.Part part = new ExportPlan.Part.GoodImages("cloth", "train", 0, List.of(once(image)));
        List<ExportPairs.Result> results = new SparkJob(context, "export", "export a part")
                .run(
                        List.of(new ExportPairs.Task(part, ExportFormat.MVTEC, ExportPlan.Classes.of(List.of()), 1)),
                        new ExportRun.Export(
                                folder("store"), shared.resolve("export").toString()));
        assertThat(BrokenOnce.opened(image)).isEqualTo(2);
        assertThat(results.get(0).error()).isNull();
        assertThat(results.get(0).goodImages()).isEqualTo(1);
    }

    @Test
    void quality_whoseImageCannotBeReachedOnce_isTriedAgain() throws IOException {
        Path image = picture("quality.png");
        DefectSet set = new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        shared.resolve("data").toString(), List.of(), List.of("hole"), new SplitRule.FirstThird()))
                .sets()
                .get(0);
        LearnQuality.Task task = new LearnQuality.Task(
                set, List.of(once(image)), 32, null, List.of(Flip.NONE), true, 0.5, Map.of(), null);
        QualityProfile learned = jobs().learn(task);
        assertThat(BrokenOnce.opened(image)).isEqualTo(2);
        assertThat(learned.pairs()).isPositive();
    }

    private static UnitJobs jobs() {
        return new UnitJobs(
                context, settings(), RunLease.Fence.none("r"), Progress.showOn(new PrintWriter(System.err)));
    }

    private static TaskSettings settings() {
        return new TaskSettings(folder("store"), "cpu", "fp32", "fp32", 1, 1, UnitWork.OF_MODEL);
    }

    /** Without a test image, so that the task ends as soon as it could read. */
    private static CategoryData dataOf(Path image) {
        return new CategoryData("cloth", List.of(), new GoodImages("cloth", List.of(once(image)), List.of()), Set.of());
    }

    private static String folder(String name) {
        return shared.resolve(name).toString();
    }

    private static URI once(Path file) {
        return URI.create("once://" + file);
    }

    private static Path picture(String name) throws IOException {
        return Files.copy(shared.resolve("data/cloth/train/good/000.png"), shared.resolve(name));
    }
}
