package org.dualanodiff.jobs.cli;

import org.dualanodiff.pipeline.UserError;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.dualanodiff.jobs.preflight.Preflight;
import org.dualanodiff.jobs.spark.HadoopProperties;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A command about the one adapter that a configuration means for a (category, defect). */
abstract class AdapterCommand implements Callable<Integer> {

    @Mixin
    private ConfigOptions options;

    @Option(names = "--category", required = true, paramLabel = "NAME", description = "Product category.")
    private String category;

    @Option(names = "--defect", required = true, paramLabel = "NAME", description = "Defect type.")
    private String defect;

    @Spec
    CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        PipelineConfig config = options.load();
        Preflight.require(config, false, spec.commandLine().getErr());
        RunInputs inputs = RunInputs.read(
                config,
                LocalCache.ofUser(),
                HadoopProperties.configuration(config.spark().conf()));
        AdapterId id = inputs.adapters().stream()
                .filter(adapter ->
                        adapter.category().equals(category) && adapter.defect().equals(defect))
                .findFirst()
                .orElseThrow(() -> new UserError(
                        "the data set has no usable images of %s/%s".formatted(category, defect)));
        try (ObjectStore store = ObjectStore.open(
                config.store(), HadoopProperties.of(config.spark().conf()))) {
            run(store, inputs, id);
        }
        return ExitCode.DONE;
    }

    abstract void run(ObjectStore store, RunInputs inputs, AdapterId id) throws IOException;
}
