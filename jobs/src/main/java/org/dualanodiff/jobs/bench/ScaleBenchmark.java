package org.dualanodiff.jobs.bench;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.LongSummaryStatistics;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.UnitPairs;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkJob;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.UnitJobs;
import org.dualanodiff.jobs.spark.UnitJobs.UnitWork;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.generate.GenerateSamples;
import org.dualanodiff.pipeline.generate.WritePairs.WriteTask;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;

/**
 * What Spark and the store cost at many pairs: the way of a run from the rows of its tasks to its commits,
 * with {@link RecordedPairs} in the model's place. Everything it writes is deleted at the end.
 */
public final class ScaleBenchmark {

    private static final String CATEGORY = "recorded";
    private static final int PAIRS_PER_TASK = 64;
    private static final long FILE_BYTES = 256L << 20;

    private final SparkSession spark;
    private final JavaSparkContext context;
    private final String address;
    private final PrintWriter out;

    /** @param address of the store */
    public ScaleBenchmark(SparkSession spark, String address, PrintWriter out) {
        this.spark = spark;
        this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        this.address = address;
        this.out = out;
    }

    /**
     * @param rows pairs to be made
     * @param units kinds of defect that they are spread over evenly
     * @throws IllegalStateException if pairs were lost or doubled
     * @throws IOException where the resident size cannot be read
     */
    public Measures run(int rows, int units) throws IOException {
        String runId = "bench-" + UUID.randomUUID().toString().substring(0, 8);
        try (ObjectStore store = Machine.ofSpark().open(address)) {
            try {
                Measures measures = measure(store, runId, rows, units);
                print(measures);
                return measures;
            } finally {
                store.delete(StoreLayout.staging(runId));
                store.delete(StoreLayout.samples(runId));
                store.delete(StoreLayout.run(runId));
            }
        }
    }

    private Measures measure(ObjectStore store, String runId, int rows, int units) throws IOException {
        List<GenerateUnit> tasks = tasks(rows, units);
        double before = cpuSeconds();
        Map<String, UnitPairs> pairs = new TreeMap<>();
        Stopwatch staging = Stopwatch.start();
        List<GenerateSamples.Staged> staged = new SparkJob(context, "stage", "stage %d pairs".formatted(rows))
                .onStore(address, tasks, (opened, unit) -> stage(opened, runId, unit));
        double stage = staging.seconds();
        double judge = timed(() -> IntStream.range(0, tasks.size())
                .forEach(i -> pairs.computeIfAbsent(
                                tasks.get(i).unit().defect(), defect -> nothing(runId, tasks.get(i), rows))
                        .add(staged.get(i).pairs(), staged.get(i).bytes())));
        List<WriteTask> files = pairs.values().stream()
                .flatMap(of -> of.tasks(List.of(), FILE_BYTES, false).stream())
                .toList();
        TaskSettings settings = new TaskSettings(address, "cpu", "fp32", "fp32", 1, 1, UnitWork.OF_MODEL);
        UnitJobs jobs = new UnitJobs(context, settings, RunLease.Fence.none(runId), null);
        Stopwatch committing = Stopwatch.start();
        List<UnitCommit.File> written = jobs.write(files);
        double commit = committing.seconds();
        double record = timed(() -> record(store, runId, files, written, pairs, rows));
        return new Measures(
                rows,
                units,
                tasks.size(),
                context.defaultParallelism(),
                stage,
                judge,
                commit,
                record,
                cpuSeconds() - before,
                staged.stream().mapToLong(GenerateSamples.Staged::bytes).sum(),
                written.stream().map(UnitCommit.File::bytes).toList(),
                Memory.peakOfHeap(),
                Memory.limitOfHeap(),
                Memory.peakOfResident());
    }

    private static UnitPairs nothing(String runId, GenerateUnit unit, int rows) {
        return new UnitPairs(
                UnitCommit.nothing(runId, unit.adapter()),
                new SampleTarget(rows, 1, PAIRS_PER_TASK, rows),
                AcceptedCopies.NOT_SOUGHT);
    }

    /** Commits every unit. */
    private static void record(
            ObjectStore store,
            String runId,
            List<WriteTask> tasks,
            List<UnitCommit.File> written,
            Map<String, UnitPairs> pairs,
            int rows) {
        Map<String, List<UnitCommit.File>> byDefect = new TreeMap<>();
        for (int i = 0; i < tasks.size(); i++) {
            byDefect.computeIfAbsent(tasks.get(i).adapter().defect(), none -> new ArrayList<>())
                    .add(written.get(i));
        }
        UnitCommits commits = new UnitCommits(store, runId);
        byDefect.forEach((defect, files) -> commits.create(
                pairs.get(defect).committed().with(files, pairs.get(defect).fresh())));
        int found = commits.all().stream().mapToInt(UnitCommit::pairs).sum();
        if (found != rows) {
            throw new IllegalStateException(
                    "%d pairs were written, the commits of run %s have %d".formatted(rows, runId, found));
        }
    }

    private static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    private static double timed(Runnable work) {
        Stopwatch watch = Stopwatch.start();
        work.run();
        return watch.seconds();
    }

    /** At most {@value #PAIRS_PER_TASK} pairs each. */
    static List<GenerateUnit> tasks(int rows, int units) {
        List<GenerateUnit> tasks = new ArrayList<>();
        for (int unit = 0; unit < units; unit++) {
            int own = rows / units + (unit < rows % units ? 1 : 0);
            for (int first = 0; first < own; first += PAIRS_PER_TASK) {
                tasks.add(task("defect-%03d".formatted(unit), first, Math.min(own, first + PAIRS_PER_TASK)));
            }
        }
        return tasks;
    }

    private static GenerateUnit task(String defect, int first, int end) {
        Fingerprint adapter = Fingerprint.ofBytes(defect.getBytes(StandardCharsets.UTF_8));
        List<Integer> missing = IntStream.range(first, end).boxed().toList();
        return new GenerateUnit(new AdapterId(CATEGORY, defect, adapter), first, first + PAIRS_PER_TASK, missing);
    }

    private void print(Measures measured) {
        int side = RecordedPairs.SIDE;
        line(
                "%,d pairs of %d x %d, %d units, %d tasks of up to %d pairs, %d cores",
                measured.rows(), side, side, measured.units(), measured.tasks(), PAIRS_PER_TASK, measured.cores());
        step("stage", measured.stageSeconds(), measured.rows());
        step("judge", measured.judgeSeconds(), measured.rows());
        step("commit", measured.commitSeconds(), measured.rows());
        step("record", measured.recordSeconds(), measured.rows());
        step("together", measured.seconds(), measured.rows());
        line("CPU: %.1f s, %.2f ms a row", measured.cpuSeconds(), 1000 * measured.cpuSeconds() / measured.rows());
        LongSummaryStatistics files = measured.fileBytes();
        line("staged: %,.0f MB in %d files", measured.stagedBytes() / 1e6, measured.tasks());
        line(
                "table: %,.0f MB in %d files of %.0f to %.0f MB, %,.0f bytes a row",
                files.getSum() / 1e6,
                files.getCount(),
                files.getMin() / 1e6,
                files.getMax() / 1e6,
                measured.bytesPerRow());
        line(
                "driver: at most %,.0f of %,.0f MiB of heap, %,.0f MiB resident; %.1f times as many bytes of pairs as heap",
                measured.heapMebibytes(),
                measured.heapLimitMebibytes(),
                measured.residentMebibytes(),
                files.getSum() / (measured.heapLimitMebibytes() * Memory.MEBIBYTE));
        line(
                "model: %.2f s a pair on one H100 (%d steps for each of 2 branches at %.0f steps/s)",
                Measures.modelSecondsPerPair(), Measures.STEPS, Measures.H100_STEPS_PER_SECOND);
        line(
                "overhead over model time: %.2f %% by the clock; %.3f cores beside one H100",
                100 * measured.overheadShare(), measured.coresPerGpu());
    }

    private void step(String name, double seconds, long rows) {
        line("%-9s %9.1f s %,9.0f rows/s", name, seconds, rows / seconds);
    }

    private void line(String format, Object... values) {
        out.printf(Locale.ROOT, format + "%n", values);
        out.flush();
    }

    /** A generation task without its model. */
    private static GenerateSamples.Staged stage(ObjectStore store, String runId, GenerateUnit unit) throws IOException {
        return new GenerateSamples(store, RunLease.Fence.none(runId)).stage(runId, unit, RecordedPairs.of(runId, unit));
    }

    /**
     * What Spark and the store cost beside the model.
     *
     * @param stageSeconds to write the rows into files of the staging area, one a task
     * @param judgeSeconds to take in the tasks' verdicts
     * @param commitSeconds to write the table's files, with their SHA-256
     * @param recordSeconds to commit them and read the commits back
     * @param cpuSeconds of the driver's process in all of it; the executors' too where they live in it. On a busy machine this is
     *     what to believe
     * @param stagedBytes of all staged files
     * @param files bytes of each file of the table
     * @param heapMebibytes bound of the heap that the driver used; the executors' too where they live in it
     * @param heapLimitMebibytes what the driver's heap could grow to
     * @param residentMebibytes most memory of the driver's process
     */
    public record Measures(
            long rows,
            int units,
            int tasks,
            int cores,
            double stageSeconds,
            double judgeSeconds,
            double commitSeconds,
            double recordSeconds,
            double cpuSeconds,
            long stagedBytes,
            List<Long> files,
            double heapMebibytes,
            double heapLimitMebibytes,
            double residentMebibytes) {

        /**
         * Stable Diffusion 1.5 at 512 x 512 with guidance, denoising steps of one image a second, on one H100: 51 on an A100,
         * compiled (chengzeyi/stable-fast, issue 2), times 3, the most by which an H100 is said to be faster
         * (baseten.co, "Unlocking the full power of NVIDIA H100 GPUs for ML inference with TensorRT"). Meant to be too fast
         * rather than too slow: then the shares below are too large rather than too small.
         */
        public static final double H100_STEPS_PER_SECOND = 51 * 3;

        /** Of the comparison; the paper takes 100. */
        public static final int STEPS = 50;

        private static final int BRANCHES = 2;

        public Measures {
            files = List.copyOf(files);
        }

        public double seconds() {
            return stageSeconds + judgeSeconds + commitSeconds + recordSeconds;
        }

        public LongSummaryStatistics fileBytes() {
            return files.stream().mapToLong(bytes -> bytes).summaryStatistics();
        }

        public double bytesPerRow() {
            return fileBytes().getSum() / (double) rows;
        }

        /** Of one H100; a pair is an image and a part, one branch each. */
        public static double modelSecondsPerPair() {
            return BRANCHES * STEPS / H100_STEPS_PER_SECOND;
        }

        /** As {@link #overheadShare} with one core's seconds: below 1, a single core keeps up with one H100. */
        public double coresPerGpu() {
            return cpuSeconds / (rows * modelSecondsPerPair());
        }

        /** Seconds of all this over the seconds that one H100 is at work on as many pairs. */
        public double overheadShare() {
            return seconds() / (rows * modelSecondsPerPair());
        }
    }
}
