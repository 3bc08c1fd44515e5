package org.dualanodiff.jobs.cli;

import java.io.IOException;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.run.EvaluationRun;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(
        name = "evaluate",
        footer = "bin/dualanodiff evaluate --config conf/local.conf --set run.id=ID",
        description = {
            "Tells whether the generated pairs help.",
            "Trains detectors on real, pasted, drawn and generated defects under one budget and tests them on the real images"
                    + " that no training saw.",
            "Prints a table and a verdict a category; refuses where a test image was seen in training. Runs of an ablation"
                    + " become arms of one table: --set 'evaluate.arms=[real, \"real+generated@RUN1\", \"real+generated@RUN2\"]'."
        })
final class EvaluateCommand extends ConsoleCommand {

    @Mixin
    private Options.OfConfig options;

    @Mixin
    private Submission submission;

    @Override
    public Integer call() throws Exception {
        PipelineConfig config = options.load();
        return submission.record(config, () -> run(config));
    }

    private int run(PipelineConfig config) throws IOException {
        Preflight.require(config, false, stderr());
        try (SparkSession spark = SparkSessions.open(config, name())) {
            EvaluationRun.Summary summary = new EvaluationRun(spark, config, stderr()).run();
            stdout().println(summary.json());
            return summary.partial() ? ExitCode.PARTIAL : ExitCode.DONE;
        }
    }
}
