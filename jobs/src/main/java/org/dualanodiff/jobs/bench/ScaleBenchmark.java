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
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.MergeJob;
import org.dualanodiff.jobs.spark.SampleTables;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.generate.GenerateSamples;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.samples.SampleFileSummary;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.StoredFile;

/**
 * What Spark and the store cost at many pairs: the way of a run from the rows of its tasks to the files of its manifest,
 * with {@link RecordedPairs} in the model's place. Everything it writes is deleted at the end.
 */
public final class ScaleBenchmark {

    private static final String CATEGORY = "recorded";
    private static final int PAIRS_PER_TASK = 64;

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
    public ScaleMeasures run(int rows, int units) throws IOException {
        String runId = "bench-" + UUID.randomUUID().toString().substring(0, 8);
        try (ObjectStore store = ObjectStore.open(address, HadoopProperties.current())) {
            try {
                ScaleMeasures measures = measure(store, runId, rows, units);
                print(measures);
                return measures;
            } finally {
                store.delete(StoreLayout.staging(runId));
                store.delete(StoreLayout.samples(runId));
            }
        }
    }

    private ScaleMeasures measure(ObjectStore store, String runId, int rows, int units) throws IOException {
        List<GenerateUnit> tasks = tasks(rows, units);
        SampleTables tables = new SampleTables(spark, store);
        double before = cpuSeconds();
        double stage = timed(() -> context.parallelize(tasks, tasks.size())
                .map(new Staging(address, runId))
                .collect());
        long staged = bytes(store, StoreLayout.staging(runId)).stream()
                .mapToLong(bytes -> bytes)
                .sum();
        Stopwatch reading = Stopwatch.start();
        var samples = tables.of(runId);
        double read = reading.seconds();
        double merge = timed(() -> new MergeJob(spark, store, false, () -> {}).run(runId, samples));
        read += timed(() -> tables.of(runId));
        double record = timed(() -> requireAll(store, runId, rows));
        return new ScaleMeasures(
                rows,
                units,
                tasks.size(),
                context.defaultParallelism(),
                stage,
                read,
                merge,
                record,
                cpuSeconds() - before,
                staged,
                bytes(store, StoreLayout.samples(runId)),
                Heap.peakMebibytes(),
                Heap.limitMebibytes(),
                ResidentMemory.peakMebibytes());
    }

    private static double cpuSeconds() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime() / 1e9;
    }

    private static double timed(Runnable work) {
        Stopwatch watch = Stopwatch.start();
        work.run();
        return watch.seconds();
    }

    /** As for a manifest: rows and SHA-256 of every file. */
    private void requireAll(ObjectStore store, String runId, int rows) {
        List<String> keys = store.list(StoreLayout.samples(runId)).stream()
                .map(StoredFile::key)
                .filter(StoreLayout::isSampleFile)
                .toList();
        long found = new SparkInspection(context, address)
                .samples(keys).stream().mapToLong(SampleFileSummary::rows).sum();
        if (found != rows) {
            throw new IllegalStateException(
                    "%d pairs were written, the table of run %s in %s has %d".formatted(rows, runId, address, found));
        }
    }

    private static List<Long> bytes(ObjectStore store, String folder) {
        return store.list(folder).stream()
                .filter(file -> StoreLayout.isSampleFile(file.key()))
                .map(StoredFile::bytes)
                .toList();
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
        int[] missing = IntStream.range(first, end).toArray();
        return new GenerateUnit(CATEGORY, defect, adapter, first, first + PAIRS_PER_TASK, missing);
    }

    private void print(ScaleMeasures measured) {
        int side = RecordedPairs.SIDE;
        line(
                "%,d pairs of %d x %d, %d units, %d tasks of up to %d pairs, %d cores",
                measured.rows(), side, side, measured.units(), measured.tasks(), PAIRS_PER_TASK, measured.cores());
        step("stage", measured.stageSeconds(), measured.rows());
        step("read", measured.readSeconds(), measured.rows());
        step("merge", measured.mergeSeconds(), measured.rows());
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
                files.getSum() / (measured.heapLimitMebibytes() * (1 << 20)));
        line(
                "model: %.2f s a pair on one H100 (%d steps for each of 2 branches at %.0f steps/s)",
                ScaleMeasures.modelSecondsPerPair(), ScaleMeasures.STEPS, ScaleMeasures.H100_STEPS_PER_SECOND);
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
    private record Staging(String address, String runId) implements Function<GenerateUnit, Long> {
        @Override
        public Long call(GenerateUnit unit) throws IOException {
            try (ObjectStore store = ObjectStore.open(address, HadoopProperties.current())) {
                return new GenerateSamples(store)
                        .stage(runId, unit, RecordedPairs.of(runId, unit))
                        .bytes();
            }
        }
    }
}
