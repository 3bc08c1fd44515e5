package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.Map;
import java.util.SortedMap;

/**
 * All settings of a run, immutable and serializable. {@link ConfigLoader} makes it and vouches for ranges; the meaning,
 * unit and source of every setting stand in {@code dualanodiff-reference.conf}, under the component's name in kebab case.
 *
 * @param texts the values of all settings but {@code spark.conf}, by their names in the configuration, each in one spelling
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
        SparkConfig spark,
        Map<String, String> texts)
        implements Serializable {
    /** What another value of a setting changes. */
    public enum Changes {
        /** How, where and how much is made, but neither an adapter's weights nor a pair. */
        NOTHING,
        /** The weights of adapters, and with them all of their pairs. */
        ADAPTER,
        /** Pixels, masks or verdicts of pairs. */
        SAMPLES
    }

    public PipelineConfig {
        texts = Map.copyOf(texts);
    }

    /**
     * The settings that change such a thing, as they stand together: what does not matter beside the others is left out. What is
     * in it is part of the names of adapters or runs, which this configuration shares with every one that has the same in it.
     */
    public SortedMap<String, String> changing(Changes what) {
        return DeclaredSettings.changing(what, texts);
    }

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
                SparkConfig.of(effective),
                DeclaredSettings.texts(effective));
    }

    /** Prompts of the two branches and of the unconditional pass. */
    public record PromptConfig(String global, String anomaly, String negative) implements Serializable {
        static PromptConfig of(Config block) {
            return new PromptConfig(block.getString("global"), block.getString("anomaly"), block.getString("negative"));
        }
    }

    /**
     * Name of the run, {@code auto} when it is to be derived from the settings, how large its files are to be, whether small ones of
     * earlier commits are written together, and how drivers share it.
     */
    public record RunConfig(String id, int fileMegabytes, boolean compact, Lease lease) implements Serializable {
        static RunConfig of(Config block) {
            return new RunConfig(
                    block.getString("id"),
                    block.getInt("file-megabytes"),
                    block.getBoolean("compact"),
                    new Lease(block.getInt("lease.expire-seconds"), block.getInt("lease.wait-seconds")));
        }

        /** Bytes that a file of pairs is to have. */
        public long fileBytes() {
            return (long) fileMegabytes << 20;
        }

        /** True when the name is to be derived from the settings. */
        public boolean isAuto() {
            return id.equals("auto");
        }

        /** When a driver is taken for dead, and how long another one waits for one that lives. */
        public record Lease(int expireSeconds, int waitSeconds) implements Serializable {}
    }

    /**
     * How the driver's log is written.
     *
     * @param format {@code text} or {@code json}
     * @param file local path, or empty for standard error
     */
    public record LogConfig(String format, String file) implements Serializable {
        static LogConfig of(Config block) {
            return new LogConfig(block.getString("format"), block.getString("file"));
        }

        /** Whether each line is to be a JSON object. */
        public boolean isJson() {
            return format.equals("json");
        }
    }

    /**
     * Where tensors live ({@code auto, cpu, cuda, cuda:N}), in which precision the base computes ({@code auto, fp32,
     * bf16, fp16}), in general and where something else holds for training or generation, and how many native threads one task
     * uses.
     */
    public record ComputeConfig(
            String device, String precision, String trainingPrecision, String generationPrecision, int threads)
            implements Serializable {
        static ComputeConfig of(Config block) {
            return new ComputeConfig(
                    block.getString("device"),
                    block.getString("precision"),
                    block.getString("training-precision"),
                    block.getString("generation-precision"),
                    block.getInt("threads"));
        }

        /** The precision that holds for training; gradients of fp16 would vanish. */
        public String forTraining() {
            if (!trainingPrecision.equals(OrAuto.WORD)) {
                return trainingPrecision;
            }
            return precision.equals("fp16") ? OrAuto.WORD : precision;
        }

        /** The precision that holds for generation. */
        public String forGeneration() {
            return generationPrecision.equals(OrAuto.WORD) ? precision : generationPrecision;
        }
    }

    /**
     * Edge of the square working image.
     *
     * @param pixels 0 stands for the base model's own
     */
    public record Resolution(int pixels) implements Serializable {
        /** The base model's own resolution. */
        public static final Resolution AUTO = new Resolution(0);

        /** The pixels asked for, or the base model's {@code own}. */
        public int orElse(int own) {
            return pixels == 0 ? own : pixels;
        }

        static Resolution of(Config root) {
            boolean auto = root.getString("resolution").equals("auto");
            return auto ? AUTO : new Resolution(root.getInt("resolution"));
        }
    }

    /** Numbers of a configuration that may be left to the program: {@code auto} there, {@link #AUTO} here. */
    static final class OrAuto {

        /** In place of a number, all of which are 0 or more. */
        static final int AUTO = -1;

        static final String WORD = "auto";

        private OrAuto() {}

        static int whole(Config block, String key) {
            return block.getString(key).equals(WORD) ? AUTO : block.getInt(key);
        }

        static double number(Config block, String key) {
            return block.getString(key).equals(WORD) ? AUTO : block.getDouble(key);
        }
    }
}
