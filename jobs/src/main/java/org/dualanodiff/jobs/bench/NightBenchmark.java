package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.bench.StandInWork.SlotLog;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.run.RunReport;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.model.files.TemporaryFolder;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.procedural.SampleDataset;

/**
 * A whole run on its real way, from images to report, with {@link StandInWork} in the model's place: how much of the
 * night the slots wait, what the driver holds, and how often a block is drawn.
 */
public final class NightBenchmark {

    private static final int DEFECTS_A_CATEGORY = 50;
    private static final int PICTURES = 3;

    private final Plan plan;
    private final PrintWriter out;

    public NightBenchmark(Plan plan, PrintWriter out) {
        this.plan = plan;
        this.out = out;
    }

    /** Runs the night in folders of its own, which are deleted, or in the store that is named. */
    public Measures run(List<String> settings) throws IOException {
        try (TemporaryFolder folder = TemporaryFolder.create("dualanodiff-night-")) {
            writeImages(folder.path().resolve("images"));
            PipelineConfig config = ConfigLoader.load(
                    Optional.empty(), settings(folder.path(), settings), System.getenv(), System.getProperties());
            try (SparkSession spark = SparkSessions.open(config, "bench night")) {
                Measures measures = measure(spark, config);
                print(measures);
                return measures;
            }
        }
    }

    private Measures measure(SparkSession spark, PipelineConfig config) {
        SlotLog.clear();
        Stopwatch watch = Stopwatch.start();
        RunReport.Summary summary =
                new AugmentRun(spark, config, new PrintWriter(Writer.nullWriter()), false, plan.work()).run(Stages.ALL);
        double seconds = watch.seconds();
        long end = System.nanoTime();
        List<SlotLog.Span> spans = SlotLog.spans();
        System.gc();
        double live = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / Memory.MEBIBYTE;
        return new Measures(
                summary.status(),
                seconds,
                SlotLog.idleUntilLastUnit(spans, plan.slots()),
                SlotLog.idle(spans, plan.slots(), end),
                spans.size(),
                summary.generated(),
                summary.accepted(),
                SlotLog.blocks(),
                SlotLog.repeated(),
                live,
                Memory.peakOfHeap());
    }

    private List<String> settings(Path folder, List<String> more) {
        List<String> settings = new ArrayList<>(List.of(
                "base-model=builtin:tiny",
                "store=" + folder.resolve("store"),
                "dataset.root=" + folder.resolve("images"),
                "dataset.split=first-third",
                "training.steps=5",
                "training.log-every=1",
                "generation.samples-per-defect=" + plan.pairs(),
                "generation.batch-size=" + plan.batch(),
                "generation.pairs-per-task=" + plan.pairsPerTask(),
                // Recorded pairs come again; none of them is to be taken for a copy, but each is to be compared.
                "quality.min-accepted-distance=0",
                "run.id=night",
                "compute.device=cpu",
                "spark.master=\"local[%d]\"".formatted(plan.slots())));
        settings.addAll(more);
        return settings;
    }

    /** The pictures of one defect, linked into a folder for each unit. */
    private void writeImages(Path root) throws IOException {
        Path drawn = root.resolveSibling("drawn");
        SampleDataset.write(drawn, 1, new SampleDataset.Size(1, 1, PICTURES), List.of("cloth"));
        for (int unit = 0; unit < plan.units(); unit++) {
            Path category = root.resolve("category-%04d".formatted(unit / DEFECTS_A_CATEGORY));
            String defect = "defect-%02d".formatted(unit % DEFECTS_A_CATEGORY);
            if (unit % DEFECTS_A_CATEGORY == 0) {
                link(drawn.resolve("cloth/train/good"), category.resolve("train/good"));
            }
            link(drawn.resolve("cloth/test/hole"), category.resolve("test").resolve(defect));
            link(
                    drawn.resolve("cloth/ground_truth/hole"),
                    category.resolve("ground_truth").resolve(defect));
        }
    }

    private static void link(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (var files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.createLink(to.resolve(file.getFileName()), file);
            }
        }
    }

    private void print(Measures measured) {
        line(
                "%,d units of %d good pairs, %d slots: %s in %.1f s, %,d tasks, %,d pairs made, %,d of them good",
                plan.units(),
                plan.pairs(),
                plan.slots(),
                measured.status(),
                measured.seconds(),
                measured.tasks(),
                measured.generated(),
                measured.accepted());
        line(
                "slots idle: %.1f %% until the last unit was alone, %.1f %% to the end of the run",
                100 * measured.idle(), 100 * measured.idleToTheEnd());
        line("blocks: %,d drawn, and %,d times one that had been drawn before", measured.blocks(), measured.repeated());
        line(
                "heap: %,.0f MiB live at the end, at most %,.0f of %,.0f MiB",
                measured.liveMebibytes(), measured.peakMebibytes(), Memory.limitOfHeap());
    }

    private void line(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    /**
     * How a night went.
     *
     * @param idle share of the slots that had nothing to do until work of one unit alone was left
     * @param idleToTheEnd the same to the end of the run
     * @param tasks that trained or generated
     * @param blocks that were drawn
     * @param repeated times that one was drawn again
     * @param liveMebibytes of heap when the run is over; the tasks' too, which live in the driver's JVM
     * @param peakMebibytes bound of the heap that was used
     */
    public record Measures(
            String status,
            double seconds,
            double idle,
            double idleToTheEnd,
            int tasks,
            int generated,
            int accepted,
            int blocks,
            int repeated,
            double liveMebibytes,
            double peakMebibytes) {}

    /**
     * The night of {@link NightBenchmark}: a real one's times, divided by its haste.
     *
     * @param units kinds of defect
     * @param slots tasks at a time, in place of as many GPUs
     * @param pairs good ones wanted of each unit
     * @param batch pairs of a block
     * @param pairsPerTask at most
     * @param rejected share of the pairs that are no good, 0..1
     * @param haste times so fast as a real night
     */
    public record Plan(int units, int slots, int pairs, int batch, int pairsPerTask, double rejected, double haste) {

        private static final double SHORTEST_TRAINING = 5 * 60;
        private static final double LONGEST_TRAINING = 20 * 60;

        /** A unit's good pairs take as long as a thousand of Stable Diffusion on one H100. */
        private static final double GENERATION = 1000 * ScaleBenchmark.Measures.modelSecondsPerPair();

        private static final int SIDE = 64;

        StandInWork work() {
            return new StandInWork(
                    SHORTEST_TRAINING / haste, LONGEST_TRAINING / haste, GENERATION / pairs / haste, rejected, SIDE);
        }
    }
}
