package org.dualanodiff.pipeline.generate;

import java.util.ArrayDeque;
import java.util.Iterator;
import java.util.List;
import java.util.PrimitiveIterator;
import java.util.Queue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/**
 * A unit's samples in order, block by block. The thread that asks for them samples a block; a worker makes masks, verdicts
 * and PNG bytes of the block before in that time, so that a GPU does not wait for them. Pictures of two blocks at most are
 * in memory, and no tensor goes from one thread to the other.
 */
final class SampleBlocks implements Iterator<GeneratedSample>, AutoCloseable {

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
