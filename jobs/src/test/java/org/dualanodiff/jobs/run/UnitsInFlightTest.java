package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnitsInFlightTest {

    @Test
    void units_ofABoundOfThree_areNeverMoreAndAllEndInPoolsThatAreUsedAgain() {
        AtomicInteger flying = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        Set<String> pools = ConcurrentHashMap.newKeySet();
        List<Supplier<Integer>> units = IntStream.range(0, 50)
                .<Supplier<Integer>>mapToObj(unit -> () -> {
                    most.accumulateAndGet(flying.incrementAndGet(), Math::max);
                    Thread.yield();
                    flying.decrementAndGet();
                    return unit;
                })
                .toList();
        List<Integer> ended = new ArrayList<>();

        new UnitsInFlight(pools::add, () -> 3).run(units, ended::add);

        assertThat(ended).hasSize(50).doesNotHaveDuplicates();
        assertThat(most.get()).isBetween(1, 3);
        assertThat(pools).hasSizeLessThanOrEqualTo(3);
    }

    /** The first one waits for all the others. */
    @Test
    void unit_thatTakesLong_keepsNoOtherFromEnding() {
        CountDownLatch others = new CountDownLatch(9);
        List<Supplier<Integer>> units = new ArrayList<>();
        units.add(() -> {
            await(others);
            return 0;
        });
        IntStream.range(1, 10)
                .forEach(unit -> units.add(() -> {
                    others.countDown();
                    return unit;
                }));
        List<Integer> ended = new ArrayList<>();

        new UnitsInFlight(pool -> {}, () -> 2).run(units, ended::add);

        // The last of the others lets it go on a moment before its own end.
        assertThat(ended).hasSize(10).doesNotHaveDuplicates();
        assertThat(ended.indexOf(0)).isGreaterThanOrEqualTo(8);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void units_ofManyPairs_areNoMoreAtATimeThanTheirSignaturesFitTheHeap() {
        long heap = 1L << 30;
        assertThat(UnitsInFlight.atATime(8, 1000, heap)).isEqualTo(16);
        assertThat(UnitsInFlight.atATime(1000, 1000, heap)).isBetween(30, 60);
        assertThat(UnitsInFlight.atATime(8, 100_000, heap)).isEqualTo(1);
    }
}
