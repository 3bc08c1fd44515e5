package org.dualanodiff.jobs.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.MDC;

/**
 * Carries units through their steps side by side, in a given order, a bounded number at a time. Each has a thread, which only
 * waits for its Spark jobs, and a pool of Spark's fair scheduler. What one unit waits for keeps no other from going on.
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
    private final BlockingQueue<Runnable> ended = new LinkedBlockingQueue<>();
    private final Deque<String> pools = new ArrayDeque<>();
    private int flying;
    private int named;

    /**
     * @param pool called on each unit's thread with the name of its pool
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
        Deque<Supplier<T>> left = new ArrayDeque<>(units);
        while (!left.isEmpty() || flying > 0) {
            while (!left.isEmpty() && flying < Math.max(1, bound.getAsInt())) {
                start(left.remove(), done);
            }
            Runnable one = next();
            if (one != null) {
                one.run();
            }
        }
    }

    private Runnable next() {
        try {
            return ended.poll(LOOK_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while units were under way", e);
        }
    }

    private <T> void start(Supplier<T> unit, Consumer<T> done) {
        String name = pools.isEmpty() ? "unit-" + named++ : pools.pop();
        flying++;
        Map<String, String> logged = MDC.getCopyOfContextMap();
        Thread thread = new Thread(
                () -> {
                    if (logged != null) {
                        MDC.setContextMap(logged);
                    }
                    pool.accept(name);
                    T result = unit.get();
                    ended.add(() -> {
                        flying--;
                        pools.push(name);
                        done.accept(result);
                    });
                },
                "dualanodiff-" + name);
        thread.setDaemon(true);
        thread.start();
    }
}
