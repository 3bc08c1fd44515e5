package org.dualanodiff.jobs.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.dualanodiff.jobs.bench.StandInWork.SlotLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class NightBenchmarkTest {

    @Test
    @Tag("slow")
    void night_withTwoInFivePairsRejected_drawsEachBlockOnceAndNoOther() throws IOException {
        int batch = 8;
        NightBenchmark.Plan plan = new NightBenchmark.Plan(1, 2, 100, batch, 32, 0.4, 1e6);
        StringWriter out = new StringWriter();

        NightBenchmark.Measures measured = new NightBenchmark(plan, new PrintWriter(out, true)).run(List.of());

        assertThat(measured.status()).isEqualTo("complete");
        assertThat(measured.accepted()).isEqualTo(100);
        // The wanted indices are the lowest with 100 good pairs among them.
        assertThat(measured.blocks()).isEqualTo((indices(plan, 100) + batch - 1) / batch);
        assertThat(measured.repeated()).as(out.toString()).isZero();
    }

    private static int indices(NightBenchmark.Plan plan, int good) {
        int end = 0;
        for (int found = 0; found < good; end++) {
            found += plan.work().isRejected("category-0000/defect-00", end) ? 0 : 1;
        }
        return end;
    }

    @Test
    void idle_ofOneSlotOfTwoForHalfTheTime_isAQuarter() {
        List<SlotLog.Span> spans = List.of(new SlotLog.Span("a", 0, 100), new SlotLog.Span("b", 0, 50));

        assertThat(SlotLog.idle(spans, 2, 100)).isCloseTo(0.25, within(1e-9));
        assertThat(SlotLog.idleUntilLastUnit(spans, 2)).isCloseTo(0, within(1e-9));
    }
}
