package org.dualanodiff.jobs.progress;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Prints a line for every unit that has got further. */
final class ProgressPrinter {

    private final PrintWriter console;
    /** Of units under way. */
    private final Map<String, Integer> printed = new HashMap<>();

    ProgressPrinter(PrintWriter console) {
        this.console = console;
    }

    synchronized void show(UnitProgress progress) {
        int before = printed.getOrDefault(progress.unit(), 0);
        if (progress.done() > before) {
            printed.put(progress.unit(), progress.done());
            console.println(line(progress));
            console.flush();
        }
        if (progress.done() >= progress.total()) {
            printed.remove(progress.unit());
        }
    }

    static String line(UnitProgress progress) {
        boolean training = progress.work() == UnitProgress.Work.STEPS;
        String loss = training ? String.format(Locale.ROOT, ", loss %.4f", progress.loss()) : "";
        return String.format(
                Locale.ROOT,
                "%s: %s %d/%d%s, %.2f %s/s, eta %s",
                progress.unit(),
                training ? "step" : "pair",
                progress.done(),
                progress.total(),
                loss,
                progress.rate(),
                training ? "steps" : "pairs",
                eta(progress.remaining()));
    }

    private static String eta(double seconds) {
        if (Double.isNaN(seconds)) {
            return "unknown";
        }
        Duration left = Duration.ofSeconds(Math.round(seconds));
        return String.format(Locale.ROOT, "%d:%02d:%02d", left.toHours(), left.toMinutesPart(), left.toSecondsPart());
    }
}
