package org.dualanodiff.jobs.cli;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.bench.NightBenchmark;
import org.dualanodiff.jobs.bench.PixelBenchmark;
import org.dualanodiff.jobs.bench.ScaleBenchmark;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        footer = "bin/dualanodiff bench model --resolution 64",
        description = "Measures the model, the metrics, and Spark with its store.",
        subcommands = {
            ModelBenchCommands.OfAutoencoder.class,
            ModelBenchCommands.Model.class,
            BenchCommand.Night.class,
            ModelBenchCommands.Gpu.class,
            BenchCommand.Pixels.class,
            BenchCommand.Scale.class,
            ModelBenchCommands.Task.class
        })
final class BenchCommand {

    private BenchCommand() {}

    @Command(
            name = "pixels",
            footer = "bin/dualanodiff bench pixels --millions 10",
            description = "Seconds and peak memory of the pixel metrics on many pixels.")
    static final class Pixels extends ConsoleCommand {

        @Option(names = "--millions", paramLabel = "N", description = "Millions of pixels. Default: 100.")
        private int millions = 100;

        @Option(names = "--binned", description = "Count in bins, as is done where pixels are too many to sort.")
        private boolean binned;

        @Override
        public Integer call() throws Exception {
            new PixelBenchmark(atLeast(1, "--millions", millions), binned, stdout()).run();
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "scale",
            footer = "bin/dualanodiff bench scale --store work/scale --rows 2000",
            description = {
                "Measures what Spark and the store cost beside the model.",
                "Recorded pairs of 256 x 256 pixels go the way of a run's, from tasks to merged files. Writes into the store and"
                        + " deletes it again; 100,000 pairs need 31 GB of disk."
            })
    static final class Scale extends ConsoleCommand {

        @Mixin
        private Options.OfStore options;

        @Option(names = "--rows", paramLabel = "N", description = "Pairs. Default: 100000.")
        private int rows = 100_000;

        @Option(names = "--units", paramLabel = "N", description = "Kinds of defect. Default: 10.")
        private int units = 10;

        @Override
        public Integer call() throws Exception {
            if (rows < 1 || units < 1 || units > rows) {
                throw refused("--rows and --units must be positive and --units no more than --rows, were %d and %d"
                        .formatted(rows, units));
            }
            PipelineConfig config = options.load();
            try (SparkSession spark = SparkSessions.open(config, name())) {
                Machine.ofSpark().require("store", config.store());
                new ScaleBenchmark(spark, config.store(), stdout()).run(rows, units);
            }
            return ExitCode.DONE;
        }
    }

    @Command(
            name = "night",
            footer = "bin/dualanodiff bench night --units 15 --slots 4",
            description = {
                "Measures how well a run fills its slots.",
                "A whole run in a temporary folder, with sleeps and recorded pairs in the model's place. Units train for 5 to 20"
                        + " minutes and make their pairs in 11, divided by --haste."
            })
    static final class Night extends ConsoleCommand {

        @Option(names = "--units", paramLabel = "N", description = "Kinds of defect. Default: 73.")
        private int units = 73;

        @Option(names = "--slots", paramLabel = "N", description = "Tasks at a time. Default: 8.")
        private int slots = 8;

        @Option(names = "--pairs", paramLabel = "N", description = "Good pairs of each unit. Default: 100.")
        private int pairs = 100;

        @Option(names = "--batch", paramLabel = "N", description = "Pairs of a block. Default: 4.")
        private int batch = 4;

        @Option(names = "--pairs-per-task", paramLabel = "N", description = "Default: 16.")
        private int pairsPerTask = 16;

        @Option(names = "--rejected", paramLabel = "SHARE", description = "Of the pairs. Default: 0.3.")
        private double rejected = 0.3;

        @Option(names = "--haste", paramLabel = "N", description = "Times so fast as a real night. Default: 100.")
        private double haste = 100;

        @Option(
                names = {"-s", "--set"},
                paramLabel = "KEY=VALUE",
                description = "One setting over the benchmark's own, such as a store. Repeatable.")
        private List<String> settings = new ArrayList<>();

        @Override
        public Integer call() throws Exception {
            if (!(rejected >= 0 && rejected <= 1 && haste > 0)) {
                throw refused("--rejected must be 0..1 and --haste above 0, were %s and %s".formatted(rejected, haste));
            }
            NightBenchmark.Plan plan = new NightBenchmark.Plan(
                    atLeast(1, "--units", units),
                    atLeast(1, "--slots", slots),
                    atLeast(1, "--pairs", pairs),
                    atLeast(1, "--batch", batch),
                    atLeast(1, "--pairs-per-task", pairsPerTask),
                    rejected,
                    haste);
            new NightBenchmark(plan, stdout()).run(settings);
            return ExitCode.DONE;
        }
    }
}
