package org.dualanodiff.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTest {

    @Test
    void line_whileTraining_showsStepLossRateAndTimeLeft() {
        Progress.Report report = new Progress.Report("tile/crack", "step", 0, 50, 200, 0.12345, 100);
        assertThat(report.line()).isEqualTo("tile/crack: step 50/200, loss 0.1235, 0.50 steps/s, eta 0:05:00");
    }

    @Test
    void line_ofTrainingThatGoesOnFromACheckpoint_judgesByItsOwnSteps() {
        Progress.Report report = new Progress.Report("tile/crack", "step", 40, 50, 200, 0.5, 100);
        assertThat(report.line()).isEqualTo("tile/crack: step 50/200, loss 0.5000, 0.10 steps/s, eta 0:25:00");
    }

    @Test
    void line_whileGenerating_showsPairs() {
        Progress.Report report = new Progress.Report("tile/crack from 0", "pair", 0, 4, 8, Double.NaN, 2);
        assertThat(report.line()).isEqualTo("tile/crack from 0: pair 4/8, 2.00 pairs/s, eta 0:00:02");
    }
}
