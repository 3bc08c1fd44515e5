package org.dualanodiff.jobs.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * When the slots of this JVM were at work on which unit, and which blocks were drawn; for benchmarks, whose driver and
 * tasks share a JVM.
 */
final class SlotLog {

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
