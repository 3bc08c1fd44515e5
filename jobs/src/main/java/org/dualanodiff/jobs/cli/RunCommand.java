package org.dualanodiff.jobs.cli;

import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.run.RunReport;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.jobs.spark.UnitJobs.UnitWork;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Commands that run stages of the main job on Spark and end with one JSON line on standard output. */
abstract class RunCommand extends ConsoleCommand {

    @Mixin
    private Options.OfConfig options;

    @Mixin
    private Submission submission;

    abstract Stages stages();

    boolean retryFailed() {
        return false;
    }

    @Override
    public Integer call() throws Exception {
        PipelineConfig config = options.load();
        return submission.record(config, () -> run(config));
    }

    private int run(PipelineConfig config) throws IOException {
        Stages stages = stages();
        Preflight.require(config, stages != Stages.GENERATE, stderr());
        try (SparkSession spark = SparkSessions.open(config, name())) {
            RunReport.Summary summary =
                    new AugmentRun(spark, config, stderr(), retryFailed(), UnitWork.OF_MODEL).run(stages);
            stderr().println(summary.sentence());
            stdout().println(summary.json());
            return summary.partial() ? ExitCode.PARTIAL : ExitCode.DONE;
        }
    }

    @Command(
            name = "augment",
            footer = {
                "bin/dualanodiff augment --config conf/small.conf \\",
                "    --set dataset.root=YOUR_IMAGES --set generation.samples-per-defect=100"
            },
            description = {
                "Trains what is missing, generates what is missing, and commits it to the store.",
                "Run again, it continues; run with more samples, it adds only those."
            })
    static final class Augment extends RunCommand {

        @Option(
                names = "--retry-failed",
                description = "Try units again that ended because executors died at work on them.")
        private boolean retryFailed;

        @Option(names = "--dry-run", description = "Show what would be done and write nothing, as plan does.")
        private boolean dryRun;

        @Override
        Stages stages() {
            return dryRun ? Stages.NONE : Stages.ALL;
        }

        @Override
        boolean retryFailed() {
            return retryFailed;
        }
    }

    @Command(
            name = "train",
            footer = "bin/dualanodiff train --config conf/small.conf --set dataset.root=YOUR_IMAGES",
            description = "Trains the adapters that the store does not have yet, and generates nothing.")
    static final class Train extends RunCommand {
        @Override
        Stages stages() {
            return Stages.TRAIN;
        }
    }

    @Command(
            name = "generate",
            footer = {
                "bin/dualanodiff generate --config conf/small.conf \\",
                "    --set dataset.root=YOUR_IMAGES --set generation.samples-per-defect=500"
            },
            description = "Generates the missing samples with adapters that the store has, and trains nothing.")
    static final class Generate extends RunCommand {
        @Override
        Stages stages() {
            return Stages.GENERATE;
        }
    }

    @Command(
            name = "plan",
            footer = "bin/dualanodiff plan --config conf/small.conf --set dataset.root=YOUR_IMAGES",
            description = {
                "Shows what augment would do: which adapters are missing, and how many samples.",
                "Writes nothing. Tells what it is going to take, in hours of one device and in bytes, by the speeds of earlier runs"
                        + " in the store."
            })
    static final class ShowPlan extends RunCommand {
        @Override
        Stages stages() {
            return Stages.NONE;
        }
    }
}
