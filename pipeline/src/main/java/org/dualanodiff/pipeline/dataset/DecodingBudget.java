package org.dualanodiff.pipeline.dataset;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * A picture's bytes for as long as its decoding may take: a small file can be made so that it takes hours. It may take what
 * its bytes and its pixels are worth, about ten times what sound pictures need. What counts is the thread's processor time;
 * by the clock, they would be refused on a machine that has other work.
 */
final class DecodingBudget extends MemoryCacheImageInputStream {
    private static final long START = Duration.ofSeconds(2).toNanos();
    private static final long A_BYTE = 1_000;
    private static final long A_PIXEL = 200;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** The processor time is looked at once in so much time by the clock: that costs more than reading a byte. */
    private static final long LOOK_AGAIN = Duration.ofMillis(20).toNanos();

    private final long begin = THREADS.getCurrentThreadCpuTime();
    private long allowed;
    private long nextLook = System.nanoTime() + LOOK_AGAIN;

    /** Of the calling thread, which is to decode. */
    DecodingBudget(byte[] file) {
        super(new ByteArrayInputStream(file));
        allowed = START + A_BYTE * file.length;
    }

    /** Adds what so many pixels are worth. */
    void allow(long pixels) {
        allowed += A_PIXEL * pixels;
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
        if (THREADS.getCurrentThreadCpuTime() - begin > allowed) {
            throw new UnreadableImageException(
                    "decoding took more than %.1f s of processor time, far more than its size is worth; save it again"
                            .formatted(allowed / 1e9));
        }
    }
}
