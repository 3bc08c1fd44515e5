package org.dualanodiff.jobs.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import com.codahale.metrics.MetricRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.store.RunRegistry.RunStatus;
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
        metrics.report("1", new WorkCounters.Done(10, 2, 0, 0, 0, 5, 10));
        metrics.report("2", new WorkCounters.Done(3, 4, 3, 1, 6, 2, 10));
        metrics.report("1", new WorkCounters.Done(12, 8, 7, 1, 0, 6.5, 10));
        assertThat(steps()).isEqualTo(15);
        assertThat(registry.meter("run.pairs").getCount()).isEqualTo(12);
        assertThat(gauge("run.accepted")).isEqualTo(10L);
        assertThat(gauge("run.rejected")).isEqualTo(2L);
        assertThat(gauge("run.failed")).isEqualTo(6L);
        assertThat(gauge("run.gpuSeconds")).isEqualTo(8.5);
        assertThat(gauge("run.gpuSecondsIdle")).isEqualTo(11.5);
    }

    @Test
    void report_thatComesLate_takesNothingBack() {
        metrics.report("1", new WorkCounters.Done(10, 2, 2, 0, 0, 5, 10));
        metrics.report("1", new WorkCounters.Done(7, 1, 1, 0, 0, 4, 10));
        assertThat(steps()).isEqualTo(10);
        assertThat(gauge("run.accepted")).isEqualTo(2L);
        assertThat(gauge("run.gpuSeconds")).isEqualTo(5.0);
        metrics.report("1", new WorkCounters.Done(11, 2, 2, 0, 0, 5, 10));
        assertThat(steps()).isEqualTo(11);
    }

    @Test
    void verdicts_afterTheRunHasSettledThem_areTheRuns() {
        metrics.report("1", new WorkCounters.Done(0, 4, 4, 0, 0, 0, 10));
        metrics.settle(3, 1, 2);
        assertThat(gauge("run.accepted")).isEqualTo(3L);
        assertThat(gauge("run.rejected")).isEqualTo(1L);
        assertThat(gauge("run.failed")).isEqualTo(2L);
        metrics.report("1", new WorkCounters.Done(0, 9, 8, 1, 0, 0, 10));
        assertThat(gauge("run.accepted"))
                .as("with the next run of the application")
                .isEqualTo(7L);
        assertThat(gauge("run.rejected")).isEqualTo(2L);
    }

    @Test
    void unitsRoundsAndCommits_areThoseOfTheRunShown() {
        assertThat(gauge("run.units.waiting")).isEqualTo(0);
        Instant now = Instant.now();
        metrics.show(() -> new RunStatus(
                "night",
                now,
                now,
                Map.of("waiting", 3, "training", 2),
                5,
                4,
                40,
                100,
                1,
                Optional.of(60.0),
                List.of()));
        assertThat(gauge("run.units.waiting")).isEqualTo(3);
        assertThat(gauge("run.units.training")).isEqualTo(2);
        assertThat(gauge("run.units.failed")).isEqualTo(0);
        assertThat(gauge("run.rounds")).isEqualTo(5);
        assertThat(gauge("run.commits")).isEqualTo(4);
    }

    private long steps() {
        return registry.meter("run.trainingSteps").getCount();
    }

    private Object gauge(String name) {
        return registry.gauge(name).getValue();
    }
}
