package org.dualanodiff.jobs.cli;

import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.dualanodiff.jobs.metrics.Progress;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.PretrainJob;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.pretrain.Pretrain;
import org.dualanodiff.pipeline.pretrain.Pretrain.Settings;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "pretrain",
        footer = {"bin/dualanodiff pretrain --from builtin:small --dataset YOUR_IMAGES \\", "    --out work/own-base"},
        description = {
            "Trains a small base model of 128 x 128 images: from nothing, or further from another one.",
            "It learns from procedural pictures, from folders of your own faultless images, and from a data set: its good"
                    + " images, and those of its defects that adapters train on, too. The same command in the same folder"
                    + " resumes. Under spark-submit it is one task, with --device cuda on the GPU that Spark gives it; folders"
                    + " must then be the same on every machine."
        })
final class PretrainCommand extends ConsoleCommand {

    @Option(
            names = "--out",
            required = true,
            paramLabel = "DIR",
            description = "Folder of the model directory to write.")
    private String out;

    @Option(
            names = "--from",
            paramLabel = "BASE",
            description = "Model directory or builtin:NAME to continue from. Default: a new model.")
    private Optional<String> from = Optional.empty();

    @Mixin
    private Options.OfConfig config;

    @Option(
            names = "--dataset",
            paramLabel = "ROOT",
            description =
                    "Data set to learn, with its training defects. Default: dataset.root, where a configuration file, a"
                            + " variable or --set names one; else none. Of the settings, those of dataset,"
                            + " training.part-ground, training.flips, seed (of the crops), log and spark.conf hold; the"
                            + " rest of a job's settings does not count here.")
    private Optional<String> dataset = Optional.empty();

    @Option(
            names = "--category",
            split = ",",
            paramLabel = "CATEGORY",
            description = "Of the data set. Default: all of it.")
    private List<String> categories = List.of();

    @Option(
            names = "--data",
            split = ",",
            paramLabel = "DIR",
            description = "Folders of your own faultless images; half of what is learned then.")
    private List<String> data = List.of();

    @Option(
            names = "--crops",
            paramLabel = "N",
            description =
                    "Squares at random places and of random sizes, from 128 pixels on, cut from each of your good images"
                            + " beside its middle square: for adapters of dataset.crop = defect. Default: 0, and as many as"
                            + " there are crops around a defect where dataset.crop says so.")
    private Optional<Integer> crops = Optional.empty();

    @Option(
            names = "--pairs",
            description =
                    "Also train both branches on pairs of an image and its anomaly part, in every second step, with an"
                            + " adapter that others can start from. On by itself with a data set, and where the base has"
                            + " such an adapter.")
    private boolean pairs;

    @Option(
            names = "--decoder",
            description =
                    "Train only the decoder, from latents back to pixels: all else of the base stays, and adapters of the"
                            + " base fit as before.")
    private boolean decoder;

    @Option(
            names = "--rank",
            paramLabel = "N",
            description = "LoRA rank of the starting adapter. Default: ${DEFAULT-VALUE}.")
    private int rank = 16;

    @Option(names = "--steps", paramLabel = "N", description = "Optimizer steps in all. Default: ${DEFAULT-VALUE}.")
    private int steps = 10_000;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            description = "Pictures a step, half as many pairs. Default: ${DEFAULT-VALUE}.")
    private int batchSize = 16;

    @Option(names = "--learning-rate", paramLabel = "X", description = "The highest. Default: ${DEFAULT-VALUE}.")
    private double learningRate = 1e-3;

    @Option(names = "--minutes", paramLabel = "X", description = "Stop after this time; resumable. Default: no limit.")
    private double minutes;

    @Option(
            names = "--sample-every",
            paramLabel = "N",
            description =
                    "Steps between two resumable states, each with a sheet of samples. Default: ${DEFAULT-VALUE}.")
    private int sampleEvery = 1000;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "Of pictures, weights and noise. Default: ${DEFAULT-VALUE}.")
    private long seed = 1;

    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            description = "cpu, cuda (for a GPU) or cuda:N. Default: ${DEFAULT-VALUE}.")
    private String device = "cpu";

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            description = "bf16 or fp32 for activations. Default: bf16, but fp32 on a CPU that is not faster with it.")
    private Optional<String> precision = Optional.empty();

    @Option(names = "--threads", paramLabel = "N", description = "Native threads. Default: ${DEFAULT-VALUE}.")
    private int threads = Compute.CPU.threads();

    @Override
    public Integer call() throws IOException {
        boolean ofDataset = dataset.isPresent() || config.isSet("dataset.root");
        if (!ofDataset && !categories.isEmpty()) {
            throw new UserError("--category is of a data set: give --dataset ROOT as well");
        }
        PipelineConfig job = job();
        Machine machine = Machine.of(job.spark().conf());
        DefectCrops.Policy windows = RunSettings.crops(job, ProceduralImage.SIDE);
        int around = windows == null ? 0 : windows.perImage();
        Settings.Labelled labelled = ofDataset
                ? new Settings.Labelled(
                        RunInputs.request(job, machine.cache()),
                        windows,
                        job.training().partGround(),
                        job.training().flips())
                : null;
        Settings settings = new Settings(
                out,
                from.map(base -> machine.models().locate(base).root().toString())
                        .orElse(null),
                new Settings.Photographs(data, crops.orElse(around), labelled),
                new Settings.Training(
                        steps, batchSize, learningRate, decoder, pairs || ofDataset, rank, minutes, sampleEvery, seed),
                new Compute(device, precision(), threads));
        PrintWriter console = stdout();
        Pretrain.Result result = SparkSessions.isEmbedded()
                ? new Pretrain(settings, machine.hadoop()).run(new ConsoleProgress(console))
                : PretrainJob.run(settings, job, console);
        console.printf(
                Locale.ROOT,
                "%s: %d of %d steps, loss %.4f, %.0f s; model in %s%n",
                result.isComplete() ? "complete" : "stopped, the same command resumes",
                result.steps(),
                result.of(),
                result.loss(),
                result.seconds(),
                result.model());
        return ExitCode.DONE;
    }

    private Precision precision() {
        return precision
                .map(given -> Compute.trainingPrecision(given, device))
                .orElseGet(() ->
                        device.equals("cpu") ? Compute.fastest(device, threads).precision() : Precision.BF16);
    }

    /** The settings, with which data set is learned, if one is. */
    private PipelineConfig job() {
        List<String> more = new ArrayList<>();
        dataset.ifPresent(root -> more.add("dataset.root=" + ConfigUtil.quoteString(root)));
        if (!categories.isEmpty()) {
            more.add("dataset.categories="
                    + categories.stream().map(ConfigUtil::quoteString).toList());
        }
        return config.load(more);
    }

    private static final class ConsoleProgress implements Pretrain.Progress {

        private static final double PAUSE_SECONDS = 10;

        private final PrintWriter console;
        private Stopwatch sinceLine = Stopwatch.start();

        ConsoleProgress(PrintWriter console) {
            this.console = console;
        }

        @Override
        public void step(int step, int steps, double loss, double rate, double secondsLeft) {
            if (sinceLine.seconds() >= PAUSE_SECONDS) {
                sinceLine = Stopwatch.start();
                console.printf(
                        Locale.ROOT,
                        "step %d/%d, loss %.4f, %.2f steps/s, eta %s%n",
                        step,
                        steps,
                        loss,
                        rate,
                        Progress.timeLeft(secondsLeft));
                console.flush();
            }
        }

        @Override
        public void written(int step, Path sheet) {
            console.printf("step %d: model written; drawing samples into %s%n", step, sheet);
            console.flush();
        }
    }
}
