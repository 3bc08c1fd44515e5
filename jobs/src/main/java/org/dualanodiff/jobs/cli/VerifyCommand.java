package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.jobs.spark.SparkInspection;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreProbe;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Finding;
import org.dualanodiff.pipeline.upkeep.VerifyStore.VerifyResult;
import org.dualanodiff.pipeline.upkeep.VerifyStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = {
            "Checks a store against its own records: manifests against files (length, SHA-256, rows), sample ids,",
            "rows against the plan, adapters against their provenance, published data sets against their files. Reads all",
            "of it and changes nothing.",
            "Ends with 0 if all is as it should be, with 4 if there are findings."
        })
final class VerifyCommand implements Callable<Integer> {

    @Mixin
    private StoreOptions options;

    @Option(names = "--run", paramLabel = "ID", description = "Only this run and its adapters, no data sets.")
    private String run;

    @Option(names = "--json", description = "One line of JSON instead of text.")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PipelineConfig config = options.config();
        try (SparkSession spark = SparkSessions.open(config, spec.name())) {
            StoreProbe.require("store", config.store(), HadoopProperties.current());
            VerifyResult result = verify(spark, config.store());
            print(result);
            return result.clean() ? ExitCode.DONE : ExitCode.PARTIAL;
        }
    }

    private VerifyResult verify(SparkSession spark, String address) {
        try (ObjectStore store = ObjectStore.open(address, HadoopProperties.current())) {
            JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
            return new VerifyStore(store, new SparkInspection(context, address)).run(Optional.ofNullable(run));
        }
    }

    private void print(VerifyResult result) {
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            out.println(JsonLine.of(result));
            return;
        }
        result.findings().stream().map(Finding::line).forEach(out::println);
        result.underWay().forEach(under -> out.println("under way, not checked: " + under));
        out.println(result.sentence());
    }
}
