package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.run.RunReport;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.jobs.spark.UnitWork;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Commands that run stages of the main job on Spark and end with one JSON line on standard output. */
abstract class RunCommand implements Callable<Integer> {

    private final Stages stages;

    @Mixin
    private Options.OfConfig options;

    @Spec
    private CommandSpec spec;

    private RunCommand(Stages stages) {
        this.stages = stages;
    }

    boolean retryFailed() {
        return false;
    }

    @Override
    public Integer call() throws IOException {
        PipelineConfig config = options.load();
        Preflight.require(config, stages != Stages.GENERATE, spec.commandLine().getErr());
        try (SparkSession spark = SparkSessions.open(config, spec.name())) {
            RunReport.Summary summary = new AugmentRun(
                            spark, config, spec.commandLine().getErr(), retryFailed(), UnitWork.OF_MODEL)
                    .run(stages);
            spec.commandLine().getErr().println(summary.sentence());
            spec.commandLine().getOut().println(summary.json());
            return summary.partial() ? ExitCode.PARTIAL : ExitCode.DONE;
        }
    }

    @Command(
            name = "augment",
            mixinStandardHelpOptions = true,
            description = {
                "Trains what is missing, generates what is missing, and commits it to the store.",
                "Run again, it continues; run with more samples, it adds only those."
            })
    static final class Augment extends RunCommand {

        @Option(
                names = "--retry-failed",
                description = "Try units again that ended because executors died at work on them.")
        private boolean retryFailed;

        Augment() {
            super(Stages.ALL);
        }

        @Override
        boolean retryFailed() {
            return retryFailed;
        }
    }

    @Command(
            name = "train",
            mixinStandardHelpOptions = true,
            description = "Trains the adapters that the store does not have yet, and generates nothing.")
    static final class Train extends RunCommand {
        Train() {
            super(Stages.TRAIN);
        }
    }

    @Command(
            name = "generate",
            mixinStandardHelpOptions = true,
            description = "Generates the missing samples with adapters that the store has, and trains nothing.")
    static final class Generate extends RunCommand {
        Generate() {
            super(Stages.GENERATE);
        }
    }

    @Command(
            name = "plan",
            mixinStandardHelpOptions = true,
            description = {
                "Shows what augment would do: which adapters are missing, and how many samples. Writes nothing.",
                "Tells what it is going to take, in hours of one device and in bytes, by the speeds of earlier runs in the store."
            })
    static final class ShowPlan extends RunCommand {
        ShowPlan() {
            super(Stages.NONE);
        }
    }
}
