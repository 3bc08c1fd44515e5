package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.run.RunReport;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.run.AugmentRun;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.jobs.spark.UnitWork;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that runs stages of the main job on Spark and ends with one JSON line on standard output. */
abstract class RunCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options;

    @Spec
    private CommandSpec spec;

    abstract Stages stages();

    boolean retryFailed() {
        return false;
    }

    @Override
    public Integer call() throws IOException {
        PipelineConfig config = options.load();
        Preflight.require(
                config, stages() != Stages.GENERATE, spec.commandLine().getErr());
        try (SparkSession spark = SparkSessions.open(config, spec.name())) {
            RunReport.Summary summary = new AugmentRun(
                            spark, config, spec.commandLine().getErr(), retryFailed(), UnitWork.OF_MODEL)
                    .run(stages());
            spec.commandLine().getErr().println(summary.sentence());
            spec.commandLine().getOut().println(summary.json());
            return summary.partial() ? ExitCode.PARTIAL : ExitCode.DONE;
        }
    }
}
