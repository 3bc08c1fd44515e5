package org.dualanodiff.pipeline.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongFunction;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.dualanodiff.pipeline.generate.GenerateSamples.SampleBlocks;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SampleBlocksTest {

    private final ExecutorService worker = Executors.newSingleThreadExecutor();

    @Test
    void block_whileItsMasksAreMade_isNotWaitedFor() {
        CountDownLatch second = new CountDownLatch(1);
        try (SampleBlocks blocks = blocks(2, block -> {
            if (block == 1) {
                second.countDown();
            }
            return () -> {
                await(second);
                return List.of();
            };
        })) {
            assertThat(blocks.hasNext()).isFalse();
        }
    }

    @Test
    void failure_behindTheSampler_comesOutAsItWasThrown() {
        IllegalArgumentException failure = new IllegalArgumentException("the network fails");
        try (SampleBlocks blocks = blocks(3, block -> () -> {
            throw failure;
        })) {
            assertThatThrownBy(blocks::hasNext).isSameAs(failure);
        }
        assertThat(worker.isShutdown()).isTrue();
    }

    @Test
    void close_afterTheSamplerFailed_waitsForTheBlockBehind() {
        CountDownLatch failing = new CountDownLatch(1);
        AtomicBoolean done = new AtomicBoolean();
        SampleBlocks blocks = blocks(2, block -> {
            if (block == 1) {
                failing.countDown();
                throw new IllegalStateException("no memory");
            }
            return () -> {
                await(failing);
                done.set(true);
                return List.of();
            };
        });
        assertThatThrownBy(blocks::hasNext).hasMessage("no memory");
        blocks.close();
        assertThat(done).isTrue();
    }

    @Test
    void interruption_whileItWaits_endsTheWalkAndStaysSeen() {
        CountDownLatch released = new CountDownLatch(1);
        SampleBlocks blocks = blocks(1, block -> () -> {
            await(released);
            return List.of();
        });
        Thread.currentThread().interrupt();
        assertThatThrownBy(blocks::hasNext).isInstanceOf(CancellationException.class);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        released.countDown();
        blocks.close();
        assertThat(Thread.interrupted()).isTrue();
    }

    private SampleBlocks blocks(int count, LongFunction<Supplier<List<GeneratedSample>>> sampler) {
        return new SampleBlocks(LongStream.range(0, count).iterator(), sampler, sample -> {}, worker);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
