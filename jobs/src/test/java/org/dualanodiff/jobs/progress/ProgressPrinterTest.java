package org.dualanodiff.jobs.progress;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressPrinterTest {

    @Test
    void line_whileTraining_showsStepLossRateAndTimeLeft() {
        UnitProgress progress = new UnitProgress("tile/crack", UnitProgress.Work.STEPS, 50, 200, 0.12345, 100);
        assertThat(ProgressPrinter.line(progress))
                .isEqualTo("tile/crack: step 50/200, loss 0.1235, 0.50 steps/s, eta 0:05:00");
    }

    @Test
    void line_whileGenerating_showsPairs() {
        UnitProgress progress = new UnitProgress("tile/crack from 0", UnitProgress.Work.PAIRS, 4, 8, Double.NaN, 2);
        assertThat(ProgressPrinter.line(progress)).isEqualTo("tile/crack from 0: pair 4/8, 2.00 pairs/s, eta 0:00:02");
    }
}
