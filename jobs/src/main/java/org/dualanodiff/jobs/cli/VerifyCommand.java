package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.upkeep.VerifyStore;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Finding;
import org.dualanodiff.pipeline.upkeep.VerifyStore.VerifyResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "verify",
        footer = "bin/dualanodiff verify --store work/store",
        description = {
            "Checks a store against its own records.",
            "Manifests against files (length, SHA-256, rows), sample ids, rows against the plan, adapters against their"
                    + " provenance, published data sets against their files. Reads all of it and changes nothing.",
            "Ends with 0 if all is as it should be, with 4 if there are findings."
        })
final class VerifyCommand extends StoreCommand {

    @Option(names = "--run", paramLabel = "ID", description = "Only this run and its adapters, no data sets.")
    private String run;

    @Mixin
    private Options.OfJson json;

    @Override
    int run(SparkSession spark, ObjectStore store) throws IOException {
        JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
        VerifyResult result =
                new VerifyStore(store, new SparkInspection(context, config.store())).run(Optional.ofNullable(run));
        json.print(stdout(), result, lines(result));
        return result.clean() ? ExitCode.DONE : ExitCode.PARTIAL;
    }

    private static List<String> lines(VerifyResult result) {
        Stream<String> findings = result.findings().stream().map(Finding::line);
        Stream<String> underWay = result.underWay().stream().map(under -> "under way, not checked: " + under);
        return Stream.of(findings, underWay, Stream.of(result.sentence()))
                .flatMap(lines -> lines)
                .toList();
    }
}
