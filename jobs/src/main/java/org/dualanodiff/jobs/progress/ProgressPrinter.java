package org.dualanodiff.jobs.progress;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

/** Prints a line for every unit that has got further, at each heartbeat and at each task's end. */
final class ProgressPrinter extends SparkListener {

    private final long accumulator;
    private final PrintWriter console;
    private final Map<String, Integer> printed = new HashMap<>();

    ProgressPrinter(long accumulator, PrintWriter console) {
        this.accumulator = accumulator;
        this.console = console;
    }

    @Override
    public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
        CollectionConverters.asJava(update.accumUpdates())
                .forEach(task -> CollectionConverters.asJava(task._4()).forEach(this::show));
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        CollectionConverters.asJava(end.taskInfo().accumulables()).forEach(this::show);
    }

    private void show(AccumulableInfo info) {
        if (info.id() == accumulator && info.update().isDefined()) {
            Map<?, ?> units = (Map<?, ?>) info.update().get();
            units.values().forEach(progress -> show((UnitProgress) progress));
        }
    }

    private synchronized void show(UnitProgress progress) {
        int before = printed.getOrDefault(progress.unit(), 0);
        if (progress.done() > before) {
            printed.put(progress.unit(), progress.done());
            console.println(line(progress));
            console.flush();
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
