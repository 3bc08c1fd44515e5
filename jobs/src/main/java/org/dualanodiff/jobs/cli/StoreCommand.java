package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.PublishRun;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command that works on what a store has, on Spark. */
abstract class StoreCommand implements Callable<Integer> {

    @Mixin
    private Options.OfStore options;

    @Spec
    CommandSpec spec;

    PipelineConfig config;
    Machine machine;

    @Override
    public Integer call() throws IOException {
        config = options.load();
        try (SparkSession spark = SparkSessions.open(config, spec.name())) {
            machine = Machine.ofSpark();
            machine.require("store", config.store());
            try (ObjectStore opened = machine.open(config.store())) {
                return run(spark, opened);
            }
        }
    }

    /** Returns the exit code. */
    abstract int run(SparkSession spark, ObjectStore store) throws IOException;

    @Command(
            name = "publish",
            mixinStandardHelpOptions = true,
            footer = "bin/dualanodiff publish --store work/store --name defects --run ID",
            description = {
                "Publishes the pairs of finished runs as a data set: datasets/NAME/current.json and a card.",
                "Copies nothing. Published again with other pairs, it becomes the next version."
            })
    static final class Publish extends StoreCommand {

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
}
