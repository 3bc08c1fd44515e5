package org.dualanodiff.jobs.run;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.dualanodiff.pipeline.Daemon;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.MDC;

/**
 * Carries units through their steps side by side, in a given order, a bounded number at a time. Each has a thread, which only
 * waits for its Spark jobs, and that a pool of Spark's fair scheduler. What one unit waits for keeps no other from going on.
 */
final class UnitsInFlight {

    private static final int LOOK_SECONDS = 5;

    /** For each slot: some train or generate while others learn, commit or wait for the store. */
    private static final int A_SLOT = 2;

    private static final int MOST = 128;

    /** Of a unit under way the signatures of its good pairs are held; those of all may take so much of the heap. */
    private static final double SIGNATURES = 0.25;

    private final Consumer<String> pool;
    private final IntSupplier bound;
    private final AtomicInteger named = new AtomicInteger();

    /**
     * @param pool called on each thread with the name of its pool
     * @param bound how many at a time; asked again and again, since executors come and go
     */
    UnitsInFlight(Consumer<String> pool, IntSupplier bound) {
        this.pool = pool;
        this.bound = bound;
    }

    /**
     * How many are worth it, and fit.
     *
     * @param slots for tasks
     * @param pairs good ones wanted of a unit
     * @param heap bytes
     */
    static int atATime(int slots, int pairs, long heap) {
        double fit = SIGNATURES * heap / ((double) pairs * PairSignature.MOST_BYTES);
        return (int) Math.max(1, Math.min(Math.min(MOST, A_SLOT * slots), fit));
    }

    /**
     * Returns when all have ended.
     *
     * @param units each says what it came to, and throws nothing
     * @param done sees that on this thread
     */
    <T> void run(List<Supplier<T>> units, Consumer<T> done) {
        Map<String, String> logged =
                Optional.ofNullable(MDC.getCopyOfContextMap()).orElse(Map.of());
        ThreadPoolExecutor threads = new ThreadPoolExecutor(
                1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> thread(work, logged));
        ExecutorCompletionService<T> ended = new ExecutorCompletionService<>(threads);
        units.forEach(unit -> ended.submit(unit::get));
        try {
            for (int left = units.size(); left > 0; ) {
                resize(threads, Math.max(1, bound.getAsInt()));
                Future<T> one = ended.poll(LOOK_SECONDS, TimeUnit.SECONDS);
                if (one != null) {
                    done.accept(one.get());
                    left--;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while units were under way", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    /** The one is never to be below the other, whichever way it goes. */
    private static void resize(ThreadPoolExecutor threads, int size) {
        if (size != threads.getMaximumPoolSize()) {
            threads.setCorePoolSize(1);
            threads.setMaximumPoolSize(size);
            threads.setCorePoolSize(size);
        }
    }

    private Thread thread(Runnable work, Map<String, String> logged) {
        String name = "unit-" + named.getAndIncrement();
        return new Daemon("dualanodiff-" + name).newThread(() -> {
            MDC.setContextMap(logged);
            pool.accept(name);
            work.run();
        });
    }
}
