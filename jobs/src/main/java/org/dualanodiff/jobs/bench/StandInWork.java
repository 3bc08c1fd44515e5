package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.dualanodiff.jobs.spark.TaskSettings;
import org.dualanodiff.jobs.spark.UnitJobs.UnitWork;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.generate.GenerateSamples.PairSource;
import org.dualanodiff.pipeline.quality.QualityCheck;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainResult;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;
import org.dualanodiff.pipeline.train.WatchedTraining;

/**
 * Sleeps and {@link RecordedPairs} in the model's place. How long a unit trains and which of its pairs are rejected
 * follows from its name and the index, so every engine is given the same night.
 *
 * @param trainSeconds of the quickest unit
 * @param slowestSeconds of the slowest
 * @param pairSeconds of one pair
 * @param rejected share of the pairs, 0..1
 * @param side pixels of a pair's sides
 */
record StandInWork(double trainSeconds, double slowestSeconds, double pairSeconds, double rejected, int side)
        implements UnitWork {

    private static final byte[] WEIGHTS = new byte[1024];
    private static final String DEVICE = "a sleep";

    @Override
    public TrainResult train(
            ObjectStore store, TrainTask task, TaskSettings settings, TrainingListener listener, Runnable loaded)
            throws IOException {
        String unit = task.adapter().unit().toString();
        try (SlotLog.Work work = SlotLog.begin(unit)) {
            loaded.run();
            double share = new SplittableRandom(unit.hashCode()).nextDouble();
            double seconds = trainSeconds + share * (slowestSeconds - trainSeconds);
            int steps = task.training().steps();
            WatchedTraining watched = new WatchedTraining(store, task.adapter(), steps);
            for (int step = 1; step <= steps; step++) {
                sleep(seconds / steps);
                watched.made(
                        step,
                        1.0 / step,
                        Double.NaN,
                        task.training().optimizer().learningRate());
                listener.afterStep(step, steps, 1.0 / step);
            }
            watched.write();
            publish(store, task, seconds);
            return new TrainResult(task.adapter(), steps, 0, 1.0, seconds, new TaskTimes(0, seconds, 0, DEVICE), null);
        }
    }

    private static void publish(ObjectStore store, TrainTask task, double seconds) throws IOException {
        Path weights = Files.createTempFile("dualanodiff-bench-", ".safetensors");
        try {
            Files.write(weights, WEIGHTS);
            new AdapterRegistry(store).publish(weights, provenance(task, weights, seconds));
        } finally {
            Files.delete(weights);
        }
    }

    private static Provenance provenance(TrainTask task, Path weights, double seconds) {
        int steps = task.training().steps();
        return Provenance.of(
                task.adapter(),
                task.base(),
                new Provenance.TrainingData(task.set().fingerprint(), List.of(), 0),
                task.settings(),
                new Provenance.Training(0, steps, 1, List.of(new Provenance.LossPoint(steps, 1)), seconds, DEVICE),
                weights);
    }

    @Override
    public PairSource pairs(ObjectStore store, GenerateTask task, TaskSettings settings) {
        return new Recorded(task, SlotLog.begin(task.unit().unit().toString()));
    }

    boolean isRejected(String unit, int index) {
        return new SplittableRandom(31L * unit.hashCode() + index).nextDouble() < rejected;
    }

    private final class Recorded implements PairSource {

        private final GenerateTask task;
        private final SlotLog.Work work;

        private Recorded(GenerateTask task, SlotLog.Work work) {
            this.task = task;
            this.work = work;
        }

        @Override
        public Supplier<List<GeneratedSample>> block(long block) {
            int size = task.sampling().batchSize();
            work.block(block);
            sleep(size * pairSeconds);
            return () -> IntStream.range(0, size)
                    .map(place -> Math.toIntExact(block * size + place))
                    .mapToObj(this::pair)
                    .toList();
        }

        private GeneratedSample pair(int index) {
            String unit = task.unit().unit().toString();
            List<String> reasons = isRejected(unit, index) ? List.of(QualityCheck.NO_CHANGE.reason()) : List.of();
            return RecordedPairs.sample(task.runId(), task.unit(), index, side, reasons);
        }

        @Override
        public String device() {
            return DEVICE;
        }

        @Override
        public void close() {
            work.close();
        }
    }

    private static void sleep(double seconds) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
    }

    /**
     * When the slots of this JVM were at work on which unit, and which blocks were drawn; for benchmarks, whose driver and
     * tasks share a JVM.
     */
    static final class SlotLog {

        private static final List<Span> SPANS = new ArrayList<>();
        private static final Map<String, AtomicInteger> BLOCKS = new ConcurrentHashMap<>();

        private SlotLog() {}

        /** From when to when, in nanoseconds, a slot worked on a unit. */
        record Span(String unit, long from, long to) {}

        /** One task's work; it ends when closed. */
        static final class Work implements AutoCloseable {
            private final String unit;
            private final long from = System.nanoTime();

            private Work(String unit) {
                this.unit = unit;
            }

            /** Notes that a block is drawn. */
            void block(long number) {
                BLOCKS.computeIfAbsent(unit + " " + number, key -> new AtomicInteger())
                        .incrementAndGet();
            }

            @Override
            public void close() {
                synchronized (SPANS) {
                    SPANS.add(new Span(unit, from, System.nanoTime()));
                }
            }
        }

        static Work begin(String unit) {
            return new Work(unit);
        }

        static void clear() {
            synchronized (SPANS) {
                SPANS.clear();
            }
            BLOCKS.clear();
        }

        static List<Span> spans() {
            synchronized (SPANS) {
                return List.copyOf(SPANS);
            }
        }

        static int blocks() {
            return BLOCKS.size();
        }

        /** Times that a block was drawn which had been drawn before. */
        static int repeated() {
            return BLOCKS.values().stream().mapToInt(times -> times.get() - 1).sum();
        }

        /**
         * The idle share of the slots from the first work on, for as long as work of more than one unit was left: what the
         * last unit alone leaves idle is no fault of the engine.
         */
        static double idleUntilLastUnit(List<Span> spans, int slots) {
            Map<String, Long> ends = new HashMap<>();
            spans.forEach(span -> ends.merge(span.unit(), span.to(), Math::max));
            List<Long> sorted =
                    ends.values().stream().sorted(Comparator.reverseOrder()).toList();
            return idle(spans, slots, sorted.get(Math.min(1, sorted.size() - 1)));
        }

        /** The idle share from the first work to a moment. */
        static double idle(List<Span> spans, int slots, long until) {
            long start = spans.stream().mapToLong(Span::from).min().orElseThrow();
            double busy = spans.stream()
                    .mapToDouble(span -> Math.max(0, Math.min(span.to(), until) - span.from()))
                    .sum();
            return 1 - busy / ((double) slots * (until - start));
        }
    }
}
