package org.dualanodiff.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RunMetricsTest {

    private final MetricRegistry registry = new MetricRegistry();
    private final RunMetrics metrics = new RunMetrics();

    @BeforeEach
    void register() {
        metrics.register(registry);
    }

    @Test
    void metrics_ofSeveralExecutors_areTheirSum() {
        metrics.report("1", new WorkDone(10, 2, 0, 0, 0, 5));
        metrics.report("2", new WorkDone(3, 4, 3, 1, 6, 2));
        metrics.report("1", new WorkDone(12, 8, 7, 1, 0, 6.5));
        assertThat(steps()).isEqualTo(15);
        assertThat(registry.meter("run.pairs").getCount()).isEqualTo(12);
        assertThat(gauge("run.accepted")).isEqualTo(10L);
        assertThat(gauge("run.rejected")).isEqualTo(2L);
        assertThat(gauge("run.failed")).isEqualTo(6L);
        assertThat(gauge("run.gpuSeconds")).isEqualTo(8.5);
    }

    @Test
    void report_thatComesLate_takesNothingBack() {
        metrics.report("1", new WorkDone(10, 2, 2, 0, 0, 5));
        metrics.report("1", new WorkDone(7, 1, 1, 0, 0, 4));
        assertThat(steps()).isEqualTo(10);
        assertThat(gauge("run.accepted")).isEqualTo(2L);
        assertThat(gauge("run.gpuSeconds")).isEqualTo(5.0);
        metrics.report("1", new WorkDone(11, 2, 2, 0, 0, 5));
        assertThat(steps()).isEqualTo(11);
    }

    @Test
    void verdicts_afterTheRunHasSettledThem_areTheRuns() {
        metrics.report("1", new WorkDone(0, 4, 4, 0, 0, 0));
        metrics.settle(3, 1, 2);
        assertThat(gauge("run.accepted")).isEqualTo(3L);
        assertThat(gauge("run.rejected")).isEqualTo(1L);
        assertThat(gauge("run.failed")).isEqualTo(2L);
        metrics.report("1", new WorkDone(0, 9, 8, 1, 0, 0));
        assertThat(gauge("run.accepted"))
                .as("with the next run of the application")
                .isEqualTo(7L);
        assertThat(gauge("run.rejected")).isEqualTo(2L);
    }

    private long steps() {
        return registry.meter("run.trainingSteps").getCount();
    }

    private Object gauge(String name) {
        return registry.gauge(name).getValue();
    }
}
