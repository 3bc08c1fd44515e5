package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Queue;
import java.util.Set;
import java.util.Spliterators;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.StreamSupport;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.mask.EdgeRefinement;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.mask.VisibleChange;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.generate.AnchorSource.CropSource;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.GeneratedSample.PairVerdict;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreLayout;

/**
 * Generates the missing samples of one unit and stages them in the store as one Parquet file of a name that no other attempt
 * has. A sample has the same pixels whoever makes it, so of two that were made the first one found is taken.
 */
public final class GenerateSamples {

    private final ObjectStore store;
    private final RunLease.Fence fence;
    private final Supplier<ExecutorService> workers;

    public GenerateSamples(ObjectStore store, RunLease.Fence fence) {
        this(store, fence, Executors::newSingleThreadExecutor);
    }

    /** @param workers gives each run the thread that makes masks, verdicts and PNG bytes */
    GenerateSamples(ObjectStore store, RunLease.Fence fence, Supplier<ExecutorService> workers) {
        this.store = store;
        this.fence = fence;
        this.workers = workers;
    }

    /**
     * @throws IOException if an image cannot be read or the file cannot be written
     * @throws org.dualanodiff.pipeline.store.StoreException if the store fails
     */
    public GenerateResult run(PairSource source, GenerateTask task, GenerationListener listener) throws IOException {
        Stopwatch watch = Stopwatch.start();
        Counts counts = new Counts(task.unit().missing().size(), listener);
        Made made = make(source, task, counts);
        double seconds = watch.seconds();
        TaskTimes times = new TaskTimes(0, made.working(), seconds - made.working(), source.device());
        Staged staged = made.staged();
        return new GenerateResult(task.unit(), staged.pairs(), staged.bytes(), seconds, times, null);
    }

    /** @param working seconds spent on making the samples */
    private record Made(Staged staged, double working) {}

    private Made make(PairSource source, GenerateTask task, Counts counts) throws IOException {
        Set<Long> wanted =
                task.unit().missing().stream().map(Integer::longValue).collect(Collectors.toSet());
        try (SampleBlocks samples = new SampleBlocks(
                blocks(task, wanted).iterator(),
                block -> block(source, block, wanted),
                sample -> counts.add(),
                workers.get())) {
            Staged staged = stage(task.runId(), task.unit(), samples);
            return new Made(staged, samples.seconds());
        }
    }

    /**
     * Stages the samples of a unit, whoever makes them, as they come.
     *
     * @throws IOException if the file cannot be written
     * @throws org.dualanodiff.pipeline.store.StoreException if the store fails
     */
    public Staged stage(String runId, GenerateUnit unit, Iterator<GeneratedSample> samples) throws IOException {
        Path file = Files.createTempFile("dualanodiff-samples-", ".parquet");
        String key = key(runId, unit);
        List<PairVerdict> pairs = new ArrayList<>();
        try {
            SampleFile.WriteResult written = SampleFile.write(
                    file,
                    StreamSupport.stream(Spliterators.spliteratorUnknownSize(samples, 0), false)
                            .peek(sample -> pairs.add(PairVerdict.of(sample, key))));
            fence.upload(store, file, key);
            return new Staged(pairs, written.bytes());
        } finally {
            Files.deleteIfExists(file);
        }
    }

    /**
     * What was staged.
     *
     * @param bytes of the file
     */
    public record Staged(List<PairVerdict> pairs, long bytes) implements Serializable {}

    private static Supplier<List<GeneratedSample>> block(PairSource source, long block, Set<Long> wanted) {
        Supplier<List<GeneratedSample>> rest = source.block(block);
        return () -> rest.get().stream()
                .filter(sample -> wanted.contains(sample.id().index()))
                .toList();
    }

    private static LongStream blocks(GenerateTask task, Set<Long> wanted) {
        int size = task.sampling().batchSize();
        return LongStream.range(task.unit().firstIndex() / size, task.unit().endIndex() / size)
                .filter(block -> holdsWanted(block, task, wanted));
    }

    private static boolean holdsWanted(long block, GenerateTask task, Set<Long> wanted) {
        int size = task.sampling().batchSize();
        return LongStream.range(block * size, (block + 1) * size).anyMatch(wanted::contains);
    }

    private String key(String runId, GenerateUnit unit) {
        return StoreLayout.staging(runId, unit.unit())
                + "/"
                + fence.pairsFile(unit.missing().get(0));
    }

    private static final class Counts {
        private final int total;
        private final GenerationListener listener;
        private int made;

        Counts(int total, GenerationListener listener) {
            this.total = total;
            this.listener = listener;
        }

        void add() {
            made++;
            listener.afterPair(made, total);
        }
    }

    /**
     * Samples of one adapter to be generated, with all that an executor needs to know.
     *
     * @param real training images that say where defects lie, or that pairs start from; empty where neither is asked
     * @param background where clean backgrounds come from, or null without background compensation
     * @param anchors good images that pairs are made on as a whole, or null
     * @param crops windows of good images that pairs are made in, or null where they are whole images
     * @param base the model that the adapter was trained on, where this run finds it
     * @param negative prompt of the unconditional half
     * @param series that the unit's samples belong to
     * @param quality what good pairs are like
     * @param keepRejectedPixels whether rejected pairs keep their pictures
     */
    public record GenerateTask(
            String runId,
            GenerateUnit unit,
            PublishedAdapter adapter,
            List<DefectImage> real,
            BackgroundSource background,
            AnchorSource anchors,
            CropSource crops,
            Provenance.BaseModel base,
            NestedPrompt prompt,
            String negative,
            SamplingConfig sampling,
            MaskSteps masks,
            SampleSeries series,
            QualityProfile quality,
            boolean keepRejectedPixels)
            implements Serializable {}

    /**
     * How a pair gets its mask. Where the image still shows the real defect that it started from, the mask has that one's, too: the
     * part can lose thin lines.
     *
     * @param refinement what moves the outline, or null
     * @param change what is left of the mask of an anchored pair, or null for all of it
     */
    public record MaskSteps(MaskExtractor extractor, EdgeRefinement refinement, VisibleChange change)
            implements Serializable {

        /** @param good what the pair was made on, if anything */
        Mask of(GeneratedPair pair, Optional<BufferedImage> good) {
            Mask found = extractor.extract(pair.part());
            Mask refined = refinement == null ? found : refinement.apply(found, pair.image());
            Mask whole = pair.pasted().map(refined::with).orElse(refined);
            return good.filter(on -> change != null)
                    .map(on -> change.apply(whole, pair.image(), on))
                    .orElse(whole);
        }
    }

    /**
     * What became of one generate unit.
     *
     * @param pairs that were staged, by ascending index
     * @param bytes of the file that they are in
     * @param seconds of this task
     * @param times where they went
     * @param error what went wrong, or null; then nothing of the unit was written
     */
    public record GenerateResult(
            GenerateUnit unit, List<PairVerdict> pairs, long bytes, double seconds, TaskTimes times, String error)
            implements Serializable {

        public GenerateResult {
            pairs = List.copyOf(pairs);
        }

        public static GenerateResult failed(GenerateUnit unit, double seconds, String error) {
            return new GenerateResult(unit, List.of(), 0, seconds, TaskTimes.NONE, error);
        }

        public GenerateResult withTimes(TaskTimes all) {
            return new GenerateResult(unit, pairs, bytes, seconds, all, error);
        }

        public boolean succeeded() {
            return error == null;
        }

        /** Good pairs, as far as a task can tell. */
        public int accepted() {
            return (int) pairs.stream().filter(PairVerdict::accepted).count();
        }

        public int rejected() {
            return pairs.size() - accepted();
        }

        /** Pairs asked for that were not made. */
        public int failed() {
            return succeeded() ? 0 : unit.missing().size();
        }
    }

    /** Sees the progress of a generate unit. */
    @FunctionalInterface
    public interface GenerationListener {

        GenerationListener NONE = (done, total) -> {};

        /**
         * @param done samples of the unit made so far
         * @param total samples that the unit makes
         */
        void afterPair(int done, int total);
    }

    /** Where the pairs of one generate task come from: the model, or recorded pairs in benchmarks of everything around it. */
    public interface PairSource extends AutoCloseable {

        /**
         * Draws one aligned block of {@code generation.batch-size} indices. What is left to do is handed back, since it does
         * without the model: pictures to masks, verdicts and PNG bytes. It is safe on another thread, and gives all pairs of the
         * block in their order.
         *
         * @param block the index of its first pair, divided by the block's size
         */
        Supplier<List<GeneratedSample>> block(long block);

        /** In words, such as {@code gpu(0)}. */
        String device();

        @Override
        void close();
    }

    /**
     * A unit's samples in order, block by block. The thread that asks for them samples a block; a worker makes masks, verdicts
     * and PNG bytes of the block before in that time, so that a GPU does not wait for them. Pictures of two blocks at most are
     * in memory, and no tensor goes from one thread to the other.
     */
    static final class SampleBlocks implements Iterator<GeneratedSample>, AutoCloseable {

        private final PrimitiveIterator.OfLong blocks;
        private final LongFunction<Supplier<List<GeneratedSample>>> sampler;
        private final Consumer<GeneratedSample> listener;
        private final ExecutorService worker;
        private final Queue<GeneratedSample> ready = new ArrayDeque<>();
        private CompletableFuture<List<GeneratedSample>> behind;
        private CompletableFuture<List<GeneratedSample>> newest;
        private double seconds;

        /**
         * @param sampler samples a block and says what is left to do with it, which must be safe on another thread
         * @param listener sees each sample on the thread that takes it
         * @param worker one thread; shut down by {@link #close}
         */
        SampleBlocks(
                PrimitiveIterator.OfLong blocks,
                LongFunction<Supplier<List<GeneratedSample>>> sampler,
                Consumer<GeneratedSample> listener,
                ExecutorService worker) {
            this.blocks = blocks;
            this.sampler = sampler;
            this.listener = listener;
            this.worker = worker;
        }

        /**
         * Whatever the sampler or the work behind it throws comes out here.
         *
         * @throws CancellationException if the thread is interrupted
         */
        @Override
        public boolean hasNext() {
            Stopwatch watch = Stopwatch.start();
            while (ready.isEmpty() && (behind != null || blocks.hasNext())) {
                advance();
            }
            seconds += watch.seconds();
            return !ready.isEmpty();
        }

        @Override
        public GeneratedSample next() {
            GeneratedSample sample = ready.remove();
            listener.accept(sample);
            return sample;
        }

        private void advance() {
            CompletableFuture<List<GeneratedSample>> before = behind;
            behind = null;
            if (blocks.hasNext()) {
                newest = CompletableFuture.supplyAsync(sampler.apply(blocks.nextLong()), worker);
                behind = newest;
            }
            if (before != null) {
                ready.addAll(done(before));
            }
        }

        private static List<GeneratedSample> done(CompletableFuture<List<GeneratedSample>> block) {
            try {
                return block.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw (CancellationException)
                        new CancellationException("interrupted while masks and pictures were made").initCause(e);
            } catch (ExecutionException e) {
                if (e.getCause() instanceof Error error) {
                    throw error;
                }
                throw (RuntimeException) e.getCause();
            }
        }

        /** Seconds spent on samples so far: sampling, and waiting for the worker. */
        double seconds() {
            return seconds;
        }

        /** Returns when the worker has ended, even if this thread is interrupted: it uses what the caller closes next. */
        @Override
        public void close() {
            worker.shutdown();
            if (newest != null) {
                newest.exceptionally(failure -> List.of()).join();
            }
        }
    }
}
