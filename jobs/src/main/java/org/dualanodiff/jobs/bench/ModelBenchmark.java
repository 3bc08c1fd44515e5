package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.dualanodiff.jobs.bench.ModelTask.MeasuringProcess;
import org.dualanodiff.jobs.bench.ModelTask.Workload;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.bench.ModelTiming;
import org.dualanodiff.model.bench.ModelTiming.StepMeter;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;

/**
 * What a training step and a guided sampling step take, each measured in a process of its own; then ratios of things timed
 * one after the other in this process, several rounds, so that what else the machine does falls on both.
 */
public final class ModelBenchmark {

    private static final int ROUNDS = 3;
    private static final int LARGER_BATCH = 4;

    private final ModelFiles directory;
    private final Workload work;
    private final List<Precision> precisions;
    private final PrintWriter out;

    /**
     * @param work its base, resolution, device and pairs
     * @param precisions measured, the first one also in the ratios
     */
    public ModelBenchmark(ModelFiles directory, Workload work, List<Precision> precisions, PrintWriter out) {
        this.directory = directory;
        this.work = work;
        this.precisions = precisions;
        this.out = out;
    }

    public void run() throws IOException, InterruptedException {
        print(
                "%s at %d pixels on %s, %d threads, %d pairs a step%n",
                work.base(), work.resolution(), work.device(), Compute.CPU.threads(), work.pairs());
        print("%-28s %-6s %10s %9s %7s %10s %11s%n", "", "", "seconds", "launches", "copies", "host MiB", "device MiB");
        double trainingStep = 0;
        for (Precision precision : precisions) {
            Workload one = work.with(precision);
            if (precision != Precision.FP16) {
                double seconds = row("training step", ModelTask.TRAIN, one).seconds();
                trainingStep = trainingStep == 0 ? seconds : trainingStep;
                row("training step, recomputed", ModelTask.TRAIN, one.recomputed());
            }
            row("guided sampling step", ModelTask.SAMPLE, one);
        }
        ratios(trainingStep);
    }

    private StepMeter.Cost row(String name, ModelTask task, Workload one) throws IOException, InterruptedException {
        ModelTask.Measured measured = MeasuringProcess.measure(task, one);
        print("%s", measured.row("%-28s %-6s %10.3f %9.0f %7.0f %10.0f %11s%n", name, one));
        return measured.cost();
    }

    private void ratios(double trainingStep) {
        int pairs = work.pairs();
        int more = LARGER_BATCH * pairs;
        try (BaseModel first = load(precisions.get(0));
                ModelTiming one = new ModelTiming(first, work.resolution(), pairs);
                ModelTiming four = new ModelTiming(first, work.resolution(), more)) {
            compare("guided dual step / same samples through the plain U-Net", one::guidedStep, one::plainStep, 1);
            compare(
                    "a pair in a batch of %d / in a batch of %d".formatted(pairs, more),
                    one::guidedStep,
                    four::guidedStep,
                    LARGER_BATCH);
            for (Precision other : precisions.subList(1, precisions.size())) {
                compareWith(other, one);
            }
            double encode = median(one::encode);
            if (trainingStep > 0) {
                print(
                        "training step without the latent cache / with it: %.0f ms / %.0f ms = %.2f%n",
                        1000 * (trainingStep + encode), 1000 * trainingStep, (trainingStep + encode) / trainingStep);
            }
        }
    }

    private void compareWith(Precision other, ModelTiming one) {
        try (BaseModel base = load(other);
                ModelTiming half = new ModelTiming(base, work.resolution(), work.pairs())) {
            String names = "%s / %s, guided step".formatted(precisions.get(0), other);
            compare(names.toLowerCase(Locale.ROOT), one::guidedStep, half::guidedStep, 1);
        }
    }

    private static double median(Supplier<StepMeter.Cost> step) {
        return ModelTiming.median(IntStream.range(0, ROUNDS)
                .mapToDouble(i -> step.get().seconds())
                .toArray());
    }

    /** @param shares of the second's work that the first does once */
    private void compare(String what, Supplier<StepMeter.Cost> first, Supplier<StepMeter.Cost> second, int shares) {
        first.get();
        second.get();
        double[] a = new double[ROUNDS];
        double[] b = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            a[round] = first.get().seconds();
            b[round] = second.get().seconds() / shares;
        }
        double left = ModelTiming.median(a);
        double right = ModelTiming.median(b);
        print("%s: %.0f ms / %.0f ms = %.2f%n", what, 1000 * left, 1000 * right, left / right);
    }

    private BaseModel load(Precision precision) {
        return BaseModel.load(directory, work.with(precision).compute());
    }

    private void print(String format, Object... values) {
        out.printf(Locale.ROOT, format, values);
        out.flush();
    }
}
