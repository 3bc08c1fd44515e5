package org.dualanodiff.pipeline.dataset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A picture's bytes for as long as its decoding may take: a small file can be made so that it takes hours. What counts is
 * the thread's processor time; by the clock, sound pictures would be refused on a machine that has other work.
 */
final class DecodingBudget extends MemoryCacheImageInputStream {
    /** The largest pictures that are read, deep and compressed, take a quarter of it. */
    static final Duration MOST = Duration.ofSeconds(30);

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** The processor time is looked at once in so much time by the clock: that costs more than reading a byte. */
    private static final long LOOK_AGAIN = Duration.ofMillis(20).toNanos();

    private final long end = THREADS.getCurrentThreadCpuTime() + MOST.toNanos();
    private long nextLook = System.nanoTime() + LOOK_AGAIN;

    /** Of the calling thread, which is to decode. */
    DecodingBudget(byte[] file) {
        super(new ByteArrayInputStream(file));
    }

    @Override
    public int read() throws IOException {
        check();
        return super.read();
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
        check();
        return super.read(into, from, length);
    }

    private void check() throws UnreadableImageException {
        long now = System.nanoTime();
        if (now < nextLook) {
            return;
        }
        nextLook = now + LOOK_AGAIN;
        if (THREADS.getCurrentThreadCpuTime() > end) {
            throw new UnreadableImageException(
                    "decoding took more than %d s of processor time; save it again".formatted(MOST.toSeconds()));
        }
    }
}
