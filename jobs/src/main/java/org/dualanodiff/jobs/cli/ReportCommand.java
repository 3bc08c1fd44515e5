package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.WriteReport;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        description =
                "Writes the page that shows a run: its pairs beside the real ones, losses, areas, rejections, times.")
final class ReportCommand extends StoreCommand {

    @Option(names = "--run", required = true, paramLabel = "ID", description = "Run to show.")
    private String run;

    @Option(names = "--out", paramLabel = "FILE", description = "Also copy the page to this file.")
    private Path out;

    @Override
    int run(SparkSession spark, ObjectStore store) throws IOException {
        String page = new WriteReport(spark, store).run(run);
        if (out != null) {
            store.download(StoreLayout.report(run), out);
        }
        spec.commandLine().getOut().println(page);
        return ExitCode.DONE;
    }
}
