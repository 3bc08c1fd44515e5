package org.dualanodiff.jobs.bench;

import com.google.gson.Gson;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.jobs.Main;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.bench.ModelTiming;
import org.dualanodiff.model.bench.ModelTiming.StepMeter;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.files.TemporaryFolder;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.CudaDriver;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.model.training.TrainingListener;

/** One measurement of the model, alone in its process so that its peak of memory is its own. */
public enum ModelTask {
    /** Training steps, after one that is not measured. */
    TRAIN {
        @Override
        Found run(BaseModel base, Workload work) throws IOException {
            StepMeter[] meter = new StepMeter[1];
            train(base, work, RANK, Integer.MAX_VALUE, (step, steps, loss) -> {
                if (step == 1) {
                    meter[0] = StepMeter.start(base);
                }
            });
            return new Found(meter[0].stop(work.repeats()), 0);
        }
    },

    /** Guided denoising steps, after one that is not measured. */
    SAMPLE {
        @Override
        Found run(BaseModel base, Workload work) {
            try (ModelTiming timing = new ModelTiming(base, work.resolution(), work.pairs())) {
                timing.guidedStep();
                StepMeter meter = StepMeter.start(base);
                IntStream.range(0, work.repeats()).forEach(i -> timing.guidedStep());
                return new Found(meter.stop(work.repeats()), 0);
            }
        }
    },

    /** Reads a tensor back many times; the first sixth is not measured. */
    READ_BACKS {
        @Override
        Found run(BaseModel base, Workload work) throws IOException {
            int settled = work.repeats() / 6;
            float[] numbers = new float[READ_NUMBERS];
            double before = 0;
            try (GradientMode frozen = GradientMode.off();
                    TensorScope scope = TensorScope.open()) {
                var tensor = Tensors.of(numbers, base.device(), READ_NUMBERS);
                for (int i = 0; i < work.repeats(); i++) {
                    before = i == settled ? Memory.resident() : before;
                    Tensors.floats(tensor);
                }
            }
            double read = (work.repeats() - settled) * (double) READ_NUMBERS * Float.BYTES / Memory.MEBIBYTE;
            return new Found(null, (Memory.resident() - before) / read);
        }
    },

    /** Writes checkpoints of a training, one after every step; the first two are not measured. */
    CHECKPOINTS {
        @Override
        Found run(BaseModel base, Workload work) throws IOException {
            double[] resident = new double[work.repeats() + 1];
            long[] written = new long[1];
            train(base, work, LARGE_RANK, 1, new TrainingListener() {
                @Override
                public void afterStep(int step, int steps, double loss) {}

                @Override
                public void afterCheckpoint(int step, Path state) {
                    try {
                        resident[step] = Memory.resident();
                        written[0] += step > SETTLED_CHECKPOINTS ? Files.size(state) : 0;
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            });
            double grown = resident[work.repeats()] - resident[SETTLED_CHECKPOINTS];
            return new Found(null, grown * Memory.MEBIBYTE / written[0]);
        }
    };

    /** As many as the latents and pictures of a few pairs have at 512 pixels: 4 MiB. */
    private static final int READ_NUMBERS = 1 << 20;

    private static final int RANK = 32;
    /** Large enough that on a small base, too, an adapter outweighs the fluctuation of memory. */
    private static final int LARGE_RANK = 256;

    private static final int SETTLED_CHECKPOINTS = 2;

    /**
     * @param cost of one step; null where no step is measured
     * @param grown by how much resident memory grew, as a share of the bytes that went through it; 0 where it is not measured
     */
    public record Found(StepMeter.Cost cost, double grown) {}

    /**
     * @param hostMebibytes resident memory of the process at its highest
     * @param deviceMebibytes of the GPU that the process holds at its end; libtorch gives back nothing before. Null without a GPU
     */
    public record Measured(Found found, double hostMebibytes, Double deviceMebibytes) {

        StepMeter.Cost cost() {
            return found.cost();
        }

        /** Seconds, launches, copies and memory of a step, for a row of a table. */
        String row(String format, String name, Workload work) {
            return String.format(
                    Locale.ROOT,
                    format,
                    name,
                    work.precisionName(),
                    cost().seconds(),
                    cost().launches(),
                    cost().copies(),
                    hostMebibytes,
                    deviceMebibytes == null ? "-" : "%.0f".formatted(deviceMebibytes));
        }
    }

    abstract Found run(BaseModel base, Workload work) throws IOException;

    /** Loads the base and measures. */
    public Measured measure(ModelFiles directory, Workload work) throws IOException {
        Optional<CudaDriver.Memory> before = work.deviceMemory();
        try (BaseModel base = BaseModel.load(directory, work.compute())) {
            Found found = run(base, work);
            Double held = before.flatMap(then -> work.deviceMemory().map(now -> then.free() - now.free()))
                    .map(bytes -> bytes / Memory.MEBIBYTE)
                    .orElse(null);
            return new Measured(found, Memory.peakOfResident(), held);
        }
    }

    /** The losses of all steps: one more than are measured. */
    static float[] losses(BaseModel base, Workload work) throws IOException {
        float[] losses = new float[work.repeats() + 1];
        train(base, work, RANK, Integer.MAX_VALUE, (step, steps, loss) -> losses[step - 1] = (float) loss);
        return losses;
    }

    /** Makes one step more than are measured. */
    private static void train(BaseModel base, Workload work, int rank, int checkpointEvery, TrainingListener listener)
            throws IOException {
        TrainingConfig config = new TrainingConfig(
                work.repeats() + 1,
                work.pairs(),
                work.microBatch() == 0 ? work.pairs() : work.microBatch(),
                work.recompute(),
                AdamW.Settings.released(2e-5, 1e-2, 1),
                false,
                1,
                PartGround.GREY,
                rank,
                false,
                BackgroundMode.OFF,
                Ablation.NONE,
                work.resolution(),
                Flip.among(false, false),
                checkpointEvery,
                1);
        try (TemporaryFolder folder = TemporaryFolder.create("dualanodiff-bench-");
                DualTrainer trainer =
                        new DualTrainer(base, examples(work.resolution()), NestedPrompt.RELEASED, config)) {
            trainer.train(folder.path().resolve("state"), listener);
        }
    }

    private static List<TrainingExample> examples(int resolution) {
        BufferedImage image = new BufferedImage(resolution, resolution, BufferedImage.TYPE_BYTE_GRAY);
        IntStream.range(0, resolution).forEach(i -> image.getRaster().setSample(i, i, 0, 255));
        return List.of(new TrainingExample("diagonal", image, image));
    }

    /** Runs a {@link ModelTask} in a Java process like this one. */
    static final class MeasuringProcess {

        /** A heap of one size, all of it there from the start, so that only what does not end up in it would grow. */
        private static final List<String> FIXED_HEAP = List.of("-Xms512m", "-Xmx512m", "-XX:+AlwaysPreTouch");

        private MeasuringProcess() {}

        /** A measurement failed; the message is what the process said last. */
        static final class Failure extends IOException {
            private static final long serialVersionUID = 1L;

            Failure(String message) {
                super(message);
            }
        }

        /** @throws Failure if the process does not measure to its end */
        static ModelTask.Measured measure(ModelTask task, Workload work) throws IOException, InterruptedException {
            boolean fixed = task == ModelTask.READ_BACKS || task == ModelTask.CHECKPOINTS;
            List<String> command = new ArrayList<>();
            command.add(ProcessHandle.current().info().command().orElse("java"));
            command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
            command.addAll(fixed ? FIXED_HEAP : List.of());
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
            command.addAll(List.of("bench", "model-task", "--task", task.name()));
            command.addAll(work.options());
            Path errors = Files.createTempFile("dualanodiff-bench-", ".log");
            try {
                Process process = new ProcessBuilder(command)
                        .redirectError(errors.toFile())
                        .start();
                String json = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                if (process.waitFor() != 0) {
                    throw new Failure(reason(process.exitValue(), Files.readString(errors)));
                }
                return new Gson().fromJson(json.strip(), ModelTask.Measured.class);
            } finally {
                Files.delete(errors);
            }
        }

        /** TorchScript's messages have many lines, the last of which says why. */
        private static String reason(int exitCode, String errors) {
            int said = errors.lastIndexOf("error: ");
            return said >= 0
                    ? errors.substring(said).strip()
                    : "the measuring process ended with %d: %s"
                            .formatted(exitCode, errors.substring(Math.max(0, errors.length() - 1000)));
        }
    }

    /**
     * What is measured.
     *
     * @param base directory or name of the base model
     * @param resolution side of the images, in pixels
     * @param device {@code cpu}, {@code cuda} or {@code cuda:N}
     * @param pairs of a step
     * @param microBatch pairs computed at once in training; their number if 0
     * @param recompute whether training computes activations twice instead of keeping them
     * @param repeats steps, read-backs or checkpoints that are measured
     */
    public record Workload(
            String base,
            int resolution,
            String device,
            Precision precision,
            int pairs,
            int microBatch,
            boolean recompute,
            int repeats) {

        /** One step of one pair in fp32. */
        public static Workload of(String base, int resolution, String device) {
            return new Workload(base, resolution, device, Precision.FP32, 1, 0, false, 1);
        }

        Workload with(Precision other) {
            return new Workload(base, resolution, device, other, pairs, microBatch, recompute, repeats);
        }

        public Workload pairs(int number) {
            return new Workload(base, resolution, device, precision, number, microBatch, recompute, repeats);
        }

        Workload microBatch(int number) {
            return new Workload(base, resolution, device, precision, pairs, number, recompute, repeats);
        }

        Workload recomputed() {
            return new Workload(base, resolution, device, precision, pairs, microBatch, true, repeats);
        }

        Workload repeated(int times) {
            return new Workload(base, resolution, device, precision, pairs, microBatch, recompute, times);
        }

        Compute compute() {
            return new Compute(device, precision, Compute.CPU.threads());
        }

        /** Of its GPU now; empty on the CPU. */
        Optional<CudaDriver.Memory> deviceMemory() {
            return device.equals("cpu")
                    ? Optional.empty()
                    : CudaDriver.ofMachine().flatMap(driver -> driver.memory(device));
        }

        String precisionName() {
            return precision.name().toLowerCase(Locale.ROOT);
        }

        /** The options by which {@code bench model-task} gets it. */
        List<String> options() {
            List<String> options = new ArrayList<>(List.of("--base", base, "--device", device));
            options.addAll(List.of("--precision", precisionName(), "--resolution", Integer.toString(resolution)));
            options.addAll(List.of("--batch", Integer.toString(pairs), "--micro-batch", Integer.toString(microBatch)));
            options.addAll(List.of("--repeats", Integer.toString(repeats)));
            if (recompute) {
                options.add("--recompute");
            }
            return options;
        }
    }
}
