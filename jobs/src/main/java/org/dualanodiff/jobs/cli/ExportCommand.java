package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.util.List;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.run.ExportRun;
import org.dualanodiff.jobs.run.ExportRun.Originals;
import org.dualanodiff.jobs.run.PublishRun;
import org.dualanodiff.pipeline.export.ExportFormat;
import org.dualanodiff.pipeline.export.ExportPlan;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "export",
        footer = "bin/dualanodiff export --run ID --format coco --out work/export/coco",
        description = {
            "Writes accepted pairs in a form that other tools read.",
            "Broken off and run again, it goes on where it was. Ends with one JSON line on standard output."
        })
final class ExportCommand extends StoreCommand {

    @ArgGroup(multiplicity = "1")
    private Source source;

    @Option(
            names = "--format",
            required = true,
            paramLabel = "FORMAT",
            description = "One of: ${COMPLETION-CANDIDATES}, in any case.")
    private ExportFormat format;

    @Option(
            names = "--out",
            required = true,
            paramLabel = "URI",
            description = "Folder to write to: a path, hdfs:// or s3a://.")
    private String out;

    @Option(
            names = "--originals",
            negatable = true,
            description =
                    "Also write the real training pairs, and the good images where the format has a place for them;"
                            + " --config must name the run's data set. Default: for mvtec only.")
    private Boolean originals;

    @Option(
            names = "--shard-megabytes",
            paramLabel = "N",
            description =
                    "For webdataset: about the size of its tar files, of which each has pairs of one Parquet file."
                            + " Default: 256.")
    private Integer shardMegabytes;

    /** What is exported. */
    static final class Source {
        @Option(names = "--run", required = true, paramLabel = "ID", description = "The pairs of a run.")
        private String run;

        @Option(names = "--dataset", required = true, paramLabel = "NAME", description = "A published data set.")
        private String dataset;
    }

    @Override
    int run(SparkSession spark, ObjectStore store) throws IOException {
        ExportPlan plan = withOriginals() ? new Originals(config).addTo(plan(store), runs(store), store) : plan(store);
        ExportRun.Summary summary = new ExportRun(spark, store, out).run(plan);
        summary.errors().forEach(error -> stderr().println("failed: " + error));
        stdout().println(summary.json());
        return summary.partial() ? ExitCode.PARTIAL : ExitCode.DONE;
    }

    private boolean withOriginals() {
        return originals == null ? format == ExportFormat.MVTEC : originals;
    }

    private ExportPlan plan(ObjectStore store) {
        String words = source.run == null ? "data set " + source.dataset : "run " + source.run;
        ExportPlan plan = ExportPlan.of(
                format, withOriginals() ? words + " with originals" : words, ExportRun.parts(files(store)));
        return shardMegabytes == null ? plan : plan.withShards(shardMegabytes);
    }

    private List<PublishedDataset.File> files(ObjectStore store) {
        return source.run == null ? published(store).files() : new PublishRun(store).files(source.run);
    }

    private List<String> runs(ObjectStore store) {
        return source.run == null ? published(store).runs() : List.of(source.run);
    }

    private PublishedDataset published(ObjectStore store) {
        return new PublishDataset(store)
                .find(source.dataset)
                .orElseThrow(() -> new StoreException("%s has no data set %s; make it with dualanodiff publish"
                        .formatted(store.root(), source.dataset)));
    }
}
