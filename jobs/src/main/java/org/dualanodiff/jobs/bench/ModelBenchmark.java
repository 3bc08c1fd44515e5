package org.dualanodiff.jobs.bench;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.dualanodiff.jobs.Main;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.Compute;
import org.dualanodiff.model.bench.ModelTiming;
import org.dualanodiff.model.checkpoint.ModelFiles;
import org.dualanodiff.model.torch.Precision;

/**
 * Seconds and peak memory of a training step and of a guided sampling step, each measured in a process of its own; then
 * ratios of things timed one after the other in this process, several rounds, so that what else the machine does falls
 * on both.
 */
public final class ModelBenchmark {

    private static final int ROUNDS = 3;

    private final String base;
    private final ModelFiles directory;
    private final int resolution;
    private final PrintWriter out;

    public ModelBenchmark(String base, ModelFiles directory, int resolution, PrintWriter out) {
        this.base = base;
        this.directory = directory;
        this.resolution = resolution;
        this.out = out;
    }

    public void run() throws IOException, InterruptedException {
        print("%s at %d pixels, %d threads%n", base, resolution, Compute.CPU.threads());
        print("%-28s %-6s %10s %12s%n", "one pair", "", "seconds", "peak MiB");
        double trainingStep = 0;
        for (Precision precision : List.of(Precision.FP32, Precision.BF16)) {
            double seconds = row("training step", ModelTask.TRAIN, precision, false);
            trainingStep = precision == Precision.FP32 ? seconds : trainingStep;
            row("training step, recomputed", ModelTask.TRAIN, precision, true);
            row("guided sampling step", ModelTask.SAMPLE, precision, false);
        }
        ratios(trainingStep);
    }

    private double row(String name, ModelTask task, Precision precision, boolean recompute)
            throws IOException, InterruptedException {
        ModelTask.Measured measured = inOwnProcess(task, precision, recompute);
        print(
                "%-28s %-6s %10.2f %12.0f%n",
                name, precision.name().toLowerCase(Locale.ROOT), measured.seconds(), measured.peakMebibytes());
        return measured.seconds();
    }

    private ModelTask.Measured inOwnProcess(ModelTask task, Precision precision, boolean recompute)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of("bench", "model-task", "--base", base, "--resolution", Integer.toString(resolution)));
        command.addAll(
                List.of("--task", task.name(), "--precision", precision.name().toLowerCase(Locale.ROOT)));
        if (recompute) {
            command.add("--recompute");
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("the measuring process ended with " + process.exitValue() + ": " + json);
        }
        return new Gson().fromJson(json.strip(), ModelTask.Measured.class);
    }

    private void ratios(double trainingStep) {
        try (BaseModel fp32 = load(Precision.FP32);
                BaseModel bf16 = load(Precision.BF16);
                ModelTiming one = new ModelTiming(fp32, resolution, 1);
                ModelTiming four = new ModelTiming(fp32, resolution, 4);
                ModelTiming half = new ModelTiming(bf16, resolution, 1)) {
            compare("guided dual step / same samples through the plain U-Net", one::guidedStep, one::plainStep, 1);
            compare("one pair alone / a pair in a batch of four", one::guidedStep, four::guidedStep, 4);
            compare("fp32 / bf16, guided step", one::guidedStep, half::guidedStep, 1);
            double encode = ModelTiming.median(
                    IntStream.range(0, ROUNDS).mapToDouble(i -> one.encode()).toArray());
            print(
                    "training step without the latent cache / with it: %.0f ms / %.0f ms = %.2f%n",
                    1000 * (trainingStep + encode), 1000 * trainingStep, (trainingStep + encode) / trainingStep);
        }
    }

    /** @param shares of the second's work that the first does once */
    private void compare(String what, DoubleSupplier first, DoubleSupplier second, int shares) {
        first.getAsDouble();
        second.getAsDouble();
        double[] a = new double[ROUNDS];
        double[] b = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            a[round] = first.getAsDouble();
            b[round] = second.getAsDouble() / shares;
        }
        double left = ModelTiming.median(a);
        double right = ModelTiming.median(b);
        print("%s: %.0f ms / %.0f ms = %.2f%n", what, 1000 * left, 1000 * right, left / right);
    }

    private BaseModel load(Precision precision) {
        return BaseModel.load(directory, new Compute("cpu", precision, Compute.CPU.threads()));
    }

    private void print(String format, Object... values) {
        out.printf(Locale.ROOT, format, values);
        out.flush();
    }
}
