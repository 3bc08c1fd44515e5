package org.dualanodiff.jobs.cli;

import org.dualanodiff.jobs.spark.Machine;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import org.dualanodiff.jobs.spark.SparkSessions;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.store.ObjectStore;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
}
