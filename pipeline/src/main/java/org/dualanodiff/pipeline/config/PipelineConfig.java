package org.dualanodiff.pipeline.config;

import static java.util.Map.entry;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.Serializable;
import java.util.Map;

/**
 * All settings of a run, immutable and serializable. {@link ConfigLoader} makes it and vouches for ranges; the meaning,
 * unit and source of every setting stand in {@code dualanodiff-reference.conf}, under the component's name in kebab case.
 */
public record PipelineConfig(
        String baseModel,
        DatasetConfig dataset,
        Resolution resolution,
        PromptConfig prompt,
        AdapterTrainingConfig training,
        BackgroundConfig background,
        GenerationConfig generation,
        MaskConfig mask,
        QualityConfig quality,
        String store,
        RunConfig run,
        long seed,
        ComputeConfig compute,
        EvaluationConfig evaluation,
        LogConfig log,
        SparkConfig spark)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The configuration in a validated {@code effective} tree that has a value for every setting. */
    static PipelineConfig of(Config effective) {
        return new PipelineConfig(
                effective.getString("base-model"),
                DatasetConfig.of(effective.getConfig("dataset")),
                Resolution.of(effective),
                PromptConfig.of(effective.getConfig("prompt")),
                AdapterTrainingConfig.of(effective.getConfig("training")),
                BackgroundConfig.of(effective.getConfig("background")),
                GenerationConfig.of(effective),
                MaskConfig.of(effective.getConfig("mask")),
                QualityConfig.of(effective.getConfig("quality")),
                effective.getString("store"),
                RunConfig.of(effective.getConfig("run")),
                effective.getLong("seed"),
                ComputeConfig.of(effective.getConfig("compute")),
                EvaluationConfig.of(effective.getConfig("evaluate")),
                LogConfig.of(effective.getConfig("log")),
                SparkConfig.of(effective));
    }

    /**
     * The effective values as HOCON that {@link ConfigLoader} reads again: sorted, the same text for the same values.
     * Passwords in URIs and Spark properties named like secrets are replaced by {@code (hidden)}.
     */
    public String toHocon() {
        ConfigRenderOptions options =
                ConfigRenderOptions.defaults().setOriginComments(false).setJson(false);
        return ConfigValueFactory.fromMap(values()).render(options);
    }

    private Map<String, Object> values() {
        return Map.ofEntries(
                entry("base-model", Redaction.uri(baseModel)),
                entry("dataset", dataset.values()),
                entry("resolution", resolution.value()),
                entry("prompt", prompt.values()),
                entry("training", training.values()),
                entry("background", background.values()),
                entry("generation", generation.values()),
                entry("mask", mask.values()),
                entry("quality", quality.values()),
                entry("store", Redaction.uri(store)),
                entry("run", run.values()),
                entry("seed", seed),
                entry("compute", compute.values()),
                entry("evaluate", evaluation.values()),
                entry("log", log.values()),
                entry("spark", spark.values()));
    }
}
