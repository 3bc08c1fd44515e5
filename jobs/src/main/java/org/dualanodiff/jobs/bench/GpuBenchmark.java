package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.dualanodiff.jobs.bench.ModelTask.MeasuringProcess;
import org.dualanodiff.jobs.bench.ModelTask.Workload;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.bench.ModelTiming;
import org.dualanodiff.model.torch.CudaDriver;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TorchLibrary;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.Stopwatch;

/**
 * Shows in ten minutes that a device computes what a CPU does, how fast and with how much memory, that nothing leaks, and
 * that what does not fit is told and survived. Prints Markdown, to be pasted into an issue.
 */
public final class GpuBenchmark {

    /** Most by which resident memory may grow, as a share of what was read or written: what leaks grows by all of it. */
    private static final double GROWTH = 0.25;

    private static final int COMPARED_STEPS = 3;

    private final ModelFiles tiny;
    private final Workload tinyWork;
    private final Workload work;
    private final Extent extent;
    private final PrintWriter out;
    private final List<String> failed = new ArrayList<>();

    /**
     * How much is measured.
     *
     * @param pairs of the sampling steps
     * @param batch of the training steps
     * @param steps of each training
     */
    public record Extent(
            List<Precision> precisions, List<Integer> pairs, int batch, int steps, int readBacks, int checkpoints) {}

    /** How it ended: complete, or failed with what failed. */
    public record Result(String status, String device, List<String> failed, double seconds) {}

    /**
     * @param tiny what is compared and watched for leaks, and its name
     * @param work base, resolution and device of the steps that are timed
     */
    public GpuBenchmark(ModelFiles tiny, String tinyName, Workload work, Extent extent, PrintWriter out) {
        this.tiny = tiny;
        this.tinyWork = Workload.of(tinyName, tiny.resolution(), work.device());
        this.work = work;
        this.extent = extent;
        this.out = out;
    }

    public Result run() throws InterruptedException {
        Stopwatch watch = Stopwatch.start();
        print("## bench gpu on %s%n%n", work.device());
        if (part("device", this::device)) {
            part("comparison", this::compare);
            part("steps", this::steps);
            part("host memory", this::hostMemory);
            part("memory", this::outOfMemory);
        }
        print("%n### Failed%n%n");
        failed.forEach(one -> print("* %s%n", one));
        if (failed.isEmpty()) {
            print("Nothing.%n");
        }
        print("%n%.0f s in all.%n", watch.seconds());
        return new Result(failed.isEmpty() ? "complete" : "failed", work.device(), failed, watch.seconds());
    }

    /** Part of the run. */
    @FunctionalInterface
    private interface Part {
        void run() throws IOException, InterruptedException;
    }

    /** What fails in a part does not keep the next one from being tried. */
    private boolean part(String name, Part part) throws InterruptedException {
        int before = failed.size();
        try {
            part.run();
        } catch (IOException | RuntimeException | LinkageError e) {
            failed.add("%s: %s".formatted(name, firstLine(e)));
        }
        return failed.size() == before;
    }

    private void device() {
        Devices.named(work.device());
        print("| | |%n|---|---|%n");
        print("| product | %s |%n", ProductVersion.current());
        print("| library | %s |%n", TorchLibrary.ofProcess().describe());
        CudaDriver.ofMachine()
                .flatMap(driver -> driver.gpu(work.device()))
                .ifPresent(gpu -> print("| GPU | %s |%n", gpu));
        work.deviceMemory()
                .ifPresent(m -> print("| its memory | %d MiB, %d free |%n", m.total() >> 20, m.free() >> 20));
        print("| Java | %s |%n", System.getProperty("java.vm.version"));
        print("| system | %s, %s |%n", System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /** Holds the noise of a guided step and the losses of a training against those of the CPU in fp32. */
    private void compare() throws IOException {
        Workload onCpu =
                Workload.of(tinyWork.base(), tinyWork.resolution(), "cpu").repeated(COMPARED_STEPS - 1);
        float[] noise = noise(onCpu);
        float[] losses = losses(onCpu);
        print("%n### Against the CPU in fp32: %s%n%n", tinyWork.base());
        print("| | precision | error | at most |%n|---|---|---|---|%n");
        for (Precision precision : extent.precisions()) {
            Workload there = tinyWork.with(precision).repeated(COMPARED_STEPS - 1);
            error("noise of a guided step", there, noise, noise(there));
            if (precision != Precision.FP16) {
                error("losses of %d training steps".formatted(COMPARED_STEPS), there, losses, losses(there));
            }
        }
    }

    private float[] noise(Workload there) {
        try (BaseModel base = BaseModel.load(tiny, there.compute());
                ModelTiming timing = new ModelTiming(base, there.resolution(), there.pairs())) {
            return timing.guidedNoise();
        }
    }

    private float[] losses(Workload there) throws IOException {
        try (BaseModel base = BaseModel.load(tiny, there.compute())) {
            return ModelTask.losses(base, there);
        }
    }

    /** The norm of the difference over the norm. GPUs may round the inputs of fp32 convolutions to TF32. */
    private void error(String what, Workload there, float[] expected, float[] found) {
        double difference = 0;
        double norm = 0;
        for (int i = 0; i < expected.length; i++) {
            difference += Math.pow((double) found[i] - expected[i], 2);
            norm += Math.pow(expected[i], 2);
        }
        double error = Math.sqrt(difference / norm);
        Precision precision = there.precision();
        double most = precision == Precision.FP32 ? 5e-3 : precision == Precision.FP16 ? 2e-2 : 8e-2;
        print("| %s | %s | %.1e | %.0e |%n", what, there.precisionName(), error, most);
        // Not a number is not below anything.
        if (!(error <= most)) {
            failed.add("%s in %s: error %.1e, at most %.0e".formatted(what, there.precisionName(), error, most));
        }
    }

    private void steps() throws IOException, InterruptedException {
        print("%n### Steps: %s at %d pixels%n%n", work.base(), work.resolution());
        print("| step | precision | seconds | launches | copies | host MiB | device MiB |%n");
        print("|---|---|---|---|---|---|---|%n");
        for (Precision precision : extent.precisions()) {
            for (int pairs : extent.pairs()) {
                row(
                        "guided, batch %d".formatted(pairs),
                        ModelTask.SAMPLE,
                        work.with(precision).pairs(pairs));
            }
            if (precision != Precision.FP16) {
                Workload batch = work.with(precision).pairs(extent.batch()).repeated(extent.steps());
                String name = "training, batch %d".formatted(extent.batch());
                int half = Math.max(1, extent.batch() / 2);
                row(name, ModelTask.TRAIN, batch);
                row("%s, micro-batch %d".formatted(name, half), ModelTask.TRAIN, batch.microBatch(half));
                row(name + ", recomputed", ModelTask.TRAIN, batch.recomputed());
            }
        }
    }

    /** What a card is too small for is no failure. */
    private void row(String name, ModelTask task, Workload one) throws IOException, InterruptedException {
        try {
            String row = "| %s | %s | %.3f | %.0f | %.0f | %.0f | %s |%n";
            print("%s", MeasuringProcess.measure(task, one).row(row, name, one));
        } catch (MeasuringProcess.Failure e) {
            boolean small = OutOfDeviceMemoryException.of(e).isPresent();
            print("| %s | %s | %s | | | | |%n", name, one.precisionName(), small ? "does not fit" : "failed");
            if (!small) {
                failed.add("%s in %s: %s".formatted(name, one.precisionName(), firstLine(e)));
            }
        }
    }

    private void hostMemory() throws IOException, InterruptedException {
        print("%n### Resident host memory: %s%n%n", tinyWork.base());
        print("| | grown, as a share of the bytes | at most |%n|---|---|---|%n");
        growth("%d read-backs".formatted(extent.readBacks()), ModelTask.READ_BACKS, extent.readBacks());
        growth("%d checkpoints".formatted(extent.checkpoints()), ModelTask.CHECKPOINTS, extent.checkpoints());
    }

    private void growth(String what, ModelTask task, int times) throws IOException, InterruptedException {
        double grown =
                MeasuringProcess.measure(task, tinyWork.repeated(times)).found().grown();
        print("| %s | %.3f | %.2f |%n", what, grown, GROWTH);
        if (!(grown <= GROWTH)) {
            failed.add("%s: resident memory grew by %.0f %% of the bytes".formatted(what, 100 * grown));
        }
    }

    private void outOfMemory() {
        try (BaseModel base = BaseModel.load(tiny, tinyWork.compute());
                ModelTiming timing = new ModelTiming(base, tinyWork.resolution(), 1)) {
            long pairs = ModelTiming.pairsOf(base, tinyWork.resolution(), tooMuch());
            print("%n### A guided step of %d pairs%n%n", pairs);
            try {
                timing.guidedStep(pairs);
                failed.add("a guided step of %d pairs did not run out of memory".formatted(pairs));
            } catch (RuntimeException e) {
                print("```%n%s%n```%n", firstLine(e));
                if (!OutOfDeviceMemoryException.of(e).isPresent()) {
                    failed.add("a step that does not fit does not say so: " + firstLine(e));
                }
            }
            print("%nA step of one pair after it: %.3f s%n", timing.guidedStep().seconds());
        }
    }

    /**
     * Bytes of latents. On a GPU they fit, and the first features do not. A CPU's memory is given before it is there: what is
     * refused for certain is what has no addresses.
     */
    private long tooMuch() {
        return work.deviceMemory().map(m -> m.total() / 8).orElse(1L << 50);
    }

    /** TorchScript puts the reason last, after where it happened. */
    private static String firstLine(Throwable failure) {
        String text = failure.getMessage() == null ? failure.toString() : failure.getMessage();
        return text.lines()
                .filter(line -> line.startsWith("RuntimeError: "))
                .findFirst()
                .or(() -> text.lines().filter(line -> !line.isBlank()).findFirst())
                .orElse(text)
                .strip();
    }

    private void print(String format, Object... values) {
        out.printf(Locale.ROOT, format, values);
        out.flush();
    }
}
