package org.dualanodiff.jobs.progress;

import java.io.PrintWriter;
import java.io.Serializable;
import org.dualanodiff.jobs.metrics.RunMetricsPlugin;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.generate.GenerationListener;

/**
 * Progress from the executors to the driver's console. Tasks report here, as messages of {@link RunMetricsPlugin}; nothing is
 * kept of them but what was printed last.
 */
public final class Progress implements Serializable {

    private static final double PAUSE_SECONDS = 1;

    private Progress() {}

    /** Prints reports of running tasks as they come. */
    public static Progress showOn(PrintWriter console) {
        ProgressPrinter printer = new ProgressPrinter(console);
        RunMetricsPlugin.onMessage(UnitProgress.class, printer::show);
        return new Progress();
    }

    /** @param every steps between two reports */
    public TrainingListener training(String unit, int every) {
        Stopwatch watch = Stopwatch.start();
        return (step, steps, loss) -> {
            if (step % every == 0 || step == steps) {
                RunMetricsPlugin.tellDriver(
                        new UnitProgress(unit, UnitProgress.Work.STEPS, step, steps, loss, watch.seconds()));
            }
        };
    }

    public GenerationListener generation(String unit) {
        return new GenerationListener() {
            private final Stopwatch watch = Stopwatch.start();
            private double told;

            @Override
            public void afterBlock(int done, int total) {
                double now = watch.seconds();
                if (done == total || now - told >= PAUSE_SECONDS) {
                    told = now;
                    RunMetricsPlugin.tellDriver(
                            new UnitProgress(unit, UnitProgress.Work.PAIRS, done, total, Double.NaN, now));
                }
            }
        };
    }
}
