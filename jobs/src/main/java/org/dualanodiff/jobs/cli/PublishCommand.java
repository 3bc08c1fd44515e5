package org.dualanodiff.jobs.cli;

import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.PublishRun;
import org.dualanodiff.pipeline.export.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "publish",
        mixinStandardHelpOptions = true,
        description = {
            "Publishes the pairs of finished runs as a data set: datasets/NAME/current.json and a card.",
            "Copies nothing. Published again with other pairs, it becomes the next version."
        })
final class PublishCommand extends StoreCommand {

    @Option(names = "--name", required = true, paramLabel = "NAME", description = "Name of the data set.")
    private String name;

    @Option(
            names = "--run",
            required = true,
            split = ",",
            paramLabel = "ID",
            description = "Run whose pairs it holds. Repeatable.")
    private List<String> runs;

    @Override
    int run(SparkSession spark, ObjectStore store) {
        PublishedDataset dataset = new PublishRun(store).run(name, runs);
        spec.commandLine()
                .getOut()
                .printf("%s version %d%n", store.uri(StoreLayout.currentDataset(name)), dataset.version());
        return ExitCode.DONE;
    }
}
