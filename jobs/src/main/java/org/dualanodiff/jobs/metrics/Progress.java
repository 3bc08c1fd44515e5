package org.dualanodiff.jobs.metrics;

import java.io.PrintWriter;
import java.io.Serializable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerationListener;

/**
 * Progress from the executors to the driver's console. Tasks report here, as messages of {@link RunMetricsPlugin}; nothing is
 * kept of them but what was printed last.
 */
public final class Progress implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final double PAUSE_SECONDS = 1;

    /** Between a unit's name and the first pair of a task of its generation, which together name that task. */
    static final String PART = " from ";

    private Progress() {}

    /** Shows every task that has got further, as its reports come: by a bar on a terminal, by a line elsewhere. */
    public static Progress showOn(PrintWriter console) {
        Map<String, Integer> underWay = new HashMap<>();
        Optional<TerminalBars> bars = TerminalBars.ofThisProcess();
        RunMetricsPlugin.onMessage(Report.class, report -> {
            synchronized (underWay) {
                if (report.done() > underWay.getOrDefault(report.unit(), 0)) {
                    underWay.put(report.unit(), report.done());
                    bars.ifPresent(shown -> shown.show(report));
                    if (bars.isEmpty() || report.isLast()) {
                        console.println(report.line());
                        console.flush();
                    }
                }
                if (report.isLast()) {
                    underWay.remove(report.unit());
                }
            }
        });
        return new Progress();
    }

    /** To be called on the driver when a unit has ended, whichever way: what failed is not shown any longer. */
    public static void ended(String unit) {
        TerminalBars.ofThisProcess().ifPresent(bars -> bars.clear(unit));
    }

    /** @param every steps between two reports */
    public TrainingListener training(String unit, int every) {
        Stopwatch watch = Stopwatch.start();
        int[] before = {-1};
        return (step, steps, loss) -> {
            before[0] = before[0] < 0 ? step - 1 : before[0];
            if (step % every == 0 || step == steps) {
                RunMetricsPlugin.tellDriver(new Report(unit, "step", before[0], step, steps, loss, watch.seconds()));
            }
        };
    }

    /** @param first pair that the task makes */
    public GenerationListener generation(String unit, int first) {
        String task = unit + PART + first;
        Stopwatch watch = Stopwatch.start();
        double[] told = {0};
        return (done, total) -> {
            double now = watch.seconds();
            if (done == total || now - told[0] >= PAUSE_SECONDS) {
                told[0] = now;
                RunMetricsPlugin.tellDriver(new Report(task, "pair", 0, done, total, Double.NaN, now));
            }
        };
    }

    /** Hours, minutes and seconds: {@code 1:02:03}. */
    public static String timeLeft(double seconds) {
        Duration left = Duration.ofSeconds(Math.round(seconds));
        return String.format(Locale.ROOT, "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }

    /**
     * How far one task has got.
     *
     * @param unit for people, such as {@code hazelnut/crack}, or {@code hazelnut/crack from 64} of one of several tasks
     * @param piece of its work: step or pair
     * @param before done when the work began, as at the checkpoint that a training goes on from
     * @param loss of the last training step; NaN when generating
     * @param seconds since the work began
     */
    record Report(String unit, String piece, int before, int done, int total, double loss, double seconds)
            implements Serializable {

        boolean isLast() {
            return done >= total;
        }

        /** The loss of a training. */
        String extra() {
            return Double.isNaN(loss) ? "" : String.format(Locale.ROOT, "loss %.4f", loss);
        }

        String line() {
            double rate = seconds > 0 ? (done - before) / seconds : 0;
            return String.format(
                    Locale.ROOT,
                    "%s: %s %d/%d%s, %.2f %ss/s, eta %s",
                    unit,
                    piece,
                    done,
                    total,
                    extra().isEmpty() ? "" : ", " + extra(),
                    rate,
                    piece,
                    rate > 0 ? timeLeft((total - done) / rate) : "unknown");
        }
    }
}
