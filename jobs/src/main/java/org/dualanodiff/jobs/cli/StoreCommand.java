package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.PublishRun;
import org.dualanodiff.jobs.spark.Machine;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.export.PublishTable;
import org.dualanodiff.pipeline.export.TableCatalog.TableName;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import scala.jdk.javaapi.CollectionConverters;

/** A command that works on what a store has, on Spark. */
abstract class StoreCommand extends ConsoleCommand {

    @Mixin
    private Options.OfStore options;

    @Mixin
    private Submission submission;

    PipelineConfig config;
    Machine machine;

    @Override
    public Integer call() throws Exception {
        check();
        config = options.load();
        return submission.record(config, this::onSpark);
    }

    private int onSpark() throws IOException {
        try (SparkSession spark = SparkSessions.open(config, name())) {
            machine = Machine.ofSpark();
            machine.require("store", config.store());
            try (ObjectStore opened = machine.open(config.store())) {
                return run(spark, opened);
            }
        }
    }

    /** Refuses options that do not fit, before Spark starts. */
    void check() {}

    /** Returns the exit code. */
    abstract int run(SparkSession spark, ObjectStore store) throws IOException;

    @Command(
            name = "publish",
            footer = "bin/dualanodiff publish --store work/store --name defects --run ID",
            description = {
                "Publishes the pairs of finished runs as a data set: datasets/NAME/current.json and a card.",
                "Copies nothing. Published again with other pairs, it becomes the next version. With --table their"
                        + " files are appended to an Iceberg table, too, each run once."
            })
    static final class Publish extends StoreCommand {

        @Option(
                names = "--name",
                paramLabel = "NAME",
                description = "Name of the data set. Default: the table's name, where there is one.")
        private String name;

        @Option(
                names = "--table",
                paramLabel = "TABLE",
                description = "Iceberg table: CATALOG.DATABASE.TABLE. The catalog is set like one of Spark's, in"
                        + " spark.sql.catalog.CATALOG.type, .uri, .warehouse and so on.")
        private String table;

        @Option(
                names = "--run",
                required = true,
                split = ",",
                paramLabel = "ID",
                description = "Run whose pairs it holds. Repeatable.")
        private List<String> runs;

        @Override
        void check() {
            if (name == null && table == null) {
                throw refused("give --name, --table, or both");
            }
            Optional.ofNullable(table).ifPresent(TableName::parse);
        }

        @Override
        int run(SparkSession spark, ObjectStore store) {
            Optional<PublishTable> into = Optional.ofNullable(table).map(any -> table(spark, store));
            // First, so that no file goes that the table is about to name.
            String dataset = name == null ? table : name;
            PublishedDataset published = new PublishRun(store).run(dataset, runs);
            PrintWriter out = stdout();
            out.printf("%s version %d%n", store.uri(StoreLayout.currentDataset(dataset)), published.version());
            into.ifPresent(of -> out.printf(
                    "%s %s%n",
                    table,
                    of.append(published).map(snapshot -> "snapshot " + snapshot).orElse("has it already")));
            return ExitCode.DONE;
        }

        private PublishTable table(SparkSession spark, ObjectStore store) {
            TableName name = TableName.parse(table);
            Map<String, String> properties =
                    name.propertiesIn(CollectionConverters.asJava(spark.conf().getAll()));
            return new PublishTable(store, machine.hadoop(), name, properties);
        }
    }
}
