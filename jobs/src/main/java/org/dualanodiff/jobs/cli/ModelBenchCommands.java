package org.dualanodiff.jobs.cli;

import com.google.gson.Gson;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dualanodiff.jobs.bench.AutoencoderBenchmark;
import org.dualanodiff.jobs.bench.GpuBenchmark;
import org.dualanodiff.jobs.bench.ModelBenchmark;
import org.dualanodiff.jobs.bench.ModelTask;
import org.dualanodiff.jobs.bench.ModelTask.Workload;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.Precision;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measurements of the model, subcommands of {@code bench}. */
final class ModelBenchCommands {

    private ModelBenchCommands() {}

    /** What all measurements ask for. */
    abstract static class OfModel extends ConsoleCommand {

        @Option(
                names = "--base",
                paramLabel = "DIR",
                description =
                        "Base model. Default: builtin:tiny, but for gpu, on a GPU, a random model of Stable Diffusion"
                                + " 1.5's size.")
        String base = "builtin:tiny";

        @Option(names = "--resolution", paramLabel = "PIXELS", description = "Default: the base model's own.")
        private int resolution;

        @Option(
                names = "--device",
                paramLabel = "DEVICE",
                description = "cpu, cuda or cuda:N. Default: ${DEFAULT-VALUE}.")
        String device = "cpu";

        @Option(
                names = "--precision",
                paramLabel = "PRECISION",
                split = ",",
                description = "fp32, bf16 or fp16, or several with commas. Default: all that the device is for.")
        private List<Precision> precisions;

        final Machine machine = Machine.of(Map.of());

        ModelFiles directory() {
            return machine.models().locate(base);
        }

        int resolution(ModelFiles directory) {
            return resolution == 0 ? directory.resolution() : resolution;
        }

        List<Precision> precisions() {
            if (precisions != null) {
                return precisions;
            }
            if (!device.equals("cpu")) {
                return List.of(Precision.values());
            }
            // Elsewhere bf16 is slower than fp32, many times so where the processor has to imitate it.
            return Precision.processorMultipliesBfloat16()
                    ? List.of(Precision.FP32, Precision.BF16)
                    : List.of(Precision.FP32);
        }
    }

    @Command(
            name = "autoencoder",
            footer = "bin/dualanodiff bench autoencoder --data work/data/cloth/train/good",
            description = "Measures what a base's autoencoder loses of pictures that it encodes and decodes.")
    static final class OfAutoencoder extends ConsoleCommand {

        @Option(names = "--base", paramLabel = "DIR", description = "Base model. Default: ${DEFAULT-VALUE}.")
        private String base = "builtin:small";

        @Option(
                names = "--data",
                split = ",",
                paramLabel = "DIR",
                description = "Folders of images to measure besides procedural pictures and anomaly parts.")
        private List<Path> data = List.of();

        @Option(names = "--pictures", paramLabel = "N", description = "Of each kind. Default: ${DEFAULT-VALUE}.")
        private int pictures = 64;

        @Override
        public Integer call() throws Exception {
            ModelFiles directory = Machine.of(Map.of()).models().locate(base);
            try (BaseModel model = BaseModel.load(directory, Compute.CPU)) {
                new AutoencoderBenchmark(atLeast(1, "--pictures", pictures), stdout())
                        .run(model, directory.resolution(), data);
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "model",
            footer = "bin/dualanodiff bench model --resolution 64",
            description = {
                "Measures what a training and a sampling step take.",
                "Seconds, calls of TorchScript, copies between host and device, peak memory of both; and speed ratios."
            })
    static final class Model extends OfModel {

        @Option(names = "--batch", paramLabel = "PAIRS", description = "Pairs of a step. Default: 1.")
        private int batch = 1;

        @Override
        public Integer call() throws Exception {
            ModelFiles directory = directory();
            Workload work = Workload.of(base, resolution(directory), device).pairs(atLeast(1, "--batch", batch));
            new ModelBenchmark(directory, work, precisions(), stdout()).run();
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "gpu",
            footer = "bin/dualanodiff bench gpu --device cuda:0",
            description = {
                "Runs the acceptance test of a machine with a GPU, ten minutes.",
                "The same results as on the CPU, seconds and memory of steps of Stable Diffusion's size, no leak, and what happens"
                        + " when memory runs out. Prints Markdown, then one line of JSON. Ends with 0 if all is as it should be, with 4 and"
                        + " the list of what failed if not."
            })
    static final class Gpu extends OfModel {

        private static final String TINY = "builtin:tiny";

        @Option(
                names = "--pairs",
                paramLabel = "N",
                split = ",",
                description = "Pairs of the sampling steps. Default: 1,4,8.")
        private List<Integer> pairs = List.of(1, 4, 8);

        @Option(names = "--batch", paramLabel = "PAIRS", description = "Pairs of a training step. Default: 4.")
        private int batch = 4;

        @Option(names = "--steps", paramLabel = "N", description = "Steps of each training. Default: 30.")
        private int steps = 30;

        @Option(names = "--read-backs", paramLabel = "N", description = "Default: 300.")
        private int readBacks = 300;

        @Option(names = "--checkpoints", paramLabel = "N", description = "At least 3. Default: 5.")
        private int checkpoints = 5;

        Gpu() {
            device = "cuda";
            base = null;
        }

        @Override
        public Integer call() throws Exception {
            for (int one : pairs) {
                atLeast(1, "--pairs", one);
            }
            GpuBenchmark.Extent extent = new GpuBenchmark.Extent(
                    precisions(),
                    pairs,
                    atLeast(1, "--batch", batch),
                    atLeast(1, "--steps", steps),
                    atLeast(1, "--read-backs", readBacks),
                    atLeast(3, "--checkpoints", checkpoints));
            ModelFiles tiny = machine.models().locate(TINY);
            if (base == null) {
                // For a GPU that does not compute there is nothing to write two gigabytes for.
                boolean time = !device.equals("cpu") && Devices.compute(device).isEmpty();
                base = time ? randomModel() : TINY;
            }
            Workload work = Workload.of(base, resolution(directory()), device);
            GpuBenchmark.Result result = new GpuBenchmark(tiny, TINY, work, extent, stdout()).run();
            stdout().println(Console.json(result));
            return result.failed().isEmpty() ? ExitCode.DONE : ExitCode.PARTIAL;
        }

        /** Of Stable Diffusion's size; what its numbers are does not change how long a step takes. */
        private String randomModel() {
            return machine.cache()
                    .folder(
                            "base-model-random-sd15-1",
                            folder -> RandomModel.write(folder, RandomModel.Preset.SD15, 1, DType.F16))
                    .toString();
        }
    }

    @Command(name = "model-task", hidden = true, description = "One measurement of the model, in this process.")
    static final class Task extends OfModel {

        @Option(names = "--task", required = true)
        private ModelTask task;

        @Option(names = "--batch")
        private int pairs = 1;

        @Option(names = "--micro-batch")
        private int microBatch;

        @Option(names = "--recompute")
        private boolean recompute;

        @Option(names = "--repeats")
        private int repeats = 1;

        @Override
        public Integer call() throws Exception {
            ModelFiles directory = directory();
            Workload work = new Workload(
                    base, resolution(directory), device, precisions().get(0), pairs, microBatch, recompute, repeats);
            stdout().println(new Gson().toJson(task.measure(directory, work)));
            return ExitCode.DONE;
        }
    }
}
