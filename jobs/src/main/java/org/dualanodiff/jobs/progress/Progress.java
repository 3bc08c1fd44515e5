package org.dualanodiff.jobs.progress;

import java.io.PrintWriter;
import java.io.Serializable;
import org.apache.spark.SparkContext;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.generate.GenerationListener;

/**
 * Progress from the executors to the driver's console. Tasks report here; {@link #showOn} prints what arrives.
 */
public final class Progress implements Serializable {

    private final ProgressAccumulator accumulator;

    private Progress(ProgressAccumulator accumulator) {
        this.accumulator = accumulator;
    }

    /** Registers with Spark and prints reports of running tasks as they come. */
    public static Progress showOn(PrintWriter console, SparkContext spark) {
        ProgressAccumulator accumulator = new ProgressAccumulator();
        spark.register(accumulator, "progress");
        spark.addSparkListener(new ProgressPrinter(accumulator.id(), console));
        return new Progress(accumulator);
    }

    /** @param every steps between two reports */
    public TrainingListener training(String unit, int every) {
        Stopwatch watch = Stopwatch.start();
        return (step, steps, loss) -> {
            if (step % every == 0 || step == steps) {
                accumulator.add(new UnitProgress(unit, UnitProgress.Work.STEPS, step, steps, loss, watch.seconds()));
            }
        };
    }

    public GenerationListener generation(String unit) {
        Stopwatch watch = Stopwatch.start();
        return (done, total) -> accumulator.add(
                new UnitProgress(unit, UnitProgress.Work.PAIRS, done, total, Double.NaN, watch.seconds()));
    }
}
