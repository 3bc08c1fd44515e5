package org.dualanodiff.pipeline;

/** Seconds since it was started, by the monotonic clock. */
public final class Stopwatch {

    private final long started = System.nanoTime();

    private Stopwatch() {}

    public static Stopwatch start() {
        return new Stopwatch();
    }

    public double seconds() {
        return (System.nanoTime() - started) / 1e9;
    }

    public long millis() {
        return (System.nanoTime() - started) / 1_000_000;
    }
}
