package org.dualanodiff.jobs.cli;

import java.util.Optional;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreProbe;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which store a command is about. */
final class StoreOptions {

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--store",
            paramLabel = "ADDRESS",
            description = "The store: path or URI. Default: the configuration's.")
    private Optional<String> address = Optional.empty();

    /** The settings, their store being the one that the command is about. */
    PipelineConfig config() {
        return options.load(address.map(given -> "store=" + given).stream().toList());
    }

    /** Opens the store without Spark, once it has answered. */
    ObjectStore open(PipelineConfig config) {
        var hadoop = HadoopProperties.of(config.spark().conf());
        StoreProbe.require("store", config.store(), hadoop);
        return ObjectStore.open(config.store(), hadoop);
    }
}
