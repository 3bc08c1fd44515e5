package org.dualanodiff.jobs.cli;

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
    private String address;

    PipelineConfig config() {
        return options.load();
    }

    String address(PipelineConfig config) {
        return address == null ? config.store() : address;
    }

    /** Opens the store without Spark, once it has answered. */
    ObjectStore open(PipelineConfig config) {
        var hadoop = HadoopProperties.of(config.spark().conf());
        StoreProbe.require("store", address(config), hadoop);
        return ObjectStore.open(address(config), hadoop);
    }
}
