package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;

/**
 * All settings of a run, immutable and serializable. {@link ConfigLoader} makes it and vouches for ranges; the meaning,
 * unit and source of every setting stand in {@code dualanodiff-reference.conf}, under the component's name in kebab case.
 *
 * @param texts the values of all settings but {@code spark.conf}, by their names in the configuration, each in one spelling
 */
public record PipelineConfig(
        String baseModel,
        DatasetConfig dataset,
        int resolution,
        PromptConfig prompt,
        AdapterTrainingConfig training,
        BackgroundConfig background,
        GenerationConfig generation,
        MaskConfig mask,
        QualityConfig quality,
        String store,
        RunConfig run,
        Seeds seeds,
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
     * The settings that change such a thing, without those that have no effect beside the others. They are part of the
     * names of * adapters or runs: two configurations that agree in them share these.
     */
    public SortedMap<String, String> changing(Changes what) {
        return DeclaredSettings.changing(what, texts);
    }

    /** Edge of the square working image, in pixels: as set, or the base model's {@code own}. */
    public int resolution(int own) {
        return resolution != OrAuto.AUTO ? resolution : own;
    }

    /** The configuration in a validated {@code effective} tree that has a value for every setting. */
    static PipelineConfig of(Config effective) {
        return new PipelineConfig(
                effective.getString("base-model"),
                DatasetConfig.of(effective.getConfig("dataset")),
                OrAuto.whole(effective, "resolution"),
                PromptConfig.of(effective.getConfig("prompt")),
                AdapterTrainingConfig.of(effective.getConfig("training")),
                BackgroundConfig.of(effective.getConfig("background")),
                GenerationConfig.of(effective.getConfig("generation")),
                MaskConfig.of(effective.getConfig("mask")),
                QualityConfig.of(effective.getConfig("quality")),
                effective.getString("store"),
                RunConfig.of(effective.getConfig("run")),
                Seeds.of(effective),
                ComputeConfig.of(effective.getConfig("compute")),
                EvaluationConfig.of(effective.getConfig("evaluate")),
                LogConfig.of(effective.getConfig("log")),
                SparkConfig.of(effective),
                DeclaredSettings.texts(effective));
    }

    /** What the random numbers of adapters and of generated pairs start from; pairs have the adapters' unless they have their own. */
    public record Seeds(long adapters, long samples) implements Serializable {
        static Seeds of(Config root) {
            boolean auto = root.getString("generation.seed").equals(OrAuto.WORD);
            return new Seeds(root.getLong("seed"), root.getLong(auto ? "seed" : "generation.seed"));
        }
    }

    /** Prompts of the two branches and of the unconditional pass. */
    public record PromptConfig(String global, String anomaly, String negative) implements Serializable {
        static PromptConfig of(Config block) {
            return new PromptConfig(block.getString("global"), block.getString("anomaly"), block.getString("negative"));
        }
    }

    /**
     * Name of the run, {@code auto} when it is to be derived from the settings, how large its files are to be, whether small ones of
     * earlier commits are written together, the namespace of its event of OpenLineage, empty where there is none, and how
     * drivers share it.
     */
    public record RunConfig(String id, int fileMegabytes, boolean compact, String lineage, LeaseTerms lease)
            implements Serializable {
        static RunConfig of(Config block) {
            return new RunConfig(
                    block.getString("id"),
                    block.getInt("file-megabytes"),
                    block.getBoolean("compact"),
                    block.getString("lineage"),
                    new LeaseTerms(
                            Duration.ofSeconds(block.getInt("lease.expire-seconds")),
                            Duration.ofSeconds(block.getInt("lease.wait-seconds"))));
        }

        /** Bytes that a file of pairs is to have. */
        public long fileBytes() {
            return (long) fileMegabytes << 20;
        }

        /** True when the name is to be derived from the settings. */
        public boolean isAuto() {
            return id.equals("auto");
        }
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

    /** Background compensation: {@code off, auto} or {@code on}, for all categories and for some. */
    public record BackgroundConfig(
            String mode, List<String> on, List<String> auto, List<String> off, String objectMasks, boolean scaledLatent)
            implements Serializable {
        public BackgroundConfig {
            on = List.copyOf(on);
            auto = List.copyOf(auto);
            off = List.copyOf(off);
        }

        /** What holds for a category. */
        public String settingOf(String category) {
            if (on.contains(category)) {
                return "on";
            } else if (auto.contains(category)) {
                return "auto";
            }
            return off.contains(category) ? "off" : mode;
        }

        /** The categories that have a setting of their own. */
        public List<String> named() {
            return Stream.of(on, auto, off).flatMap(List::stream).toList();
        }

        /** Whether there may be compensation for any category. */
        public boolean isPossible() {
            return !mode.equals("off") || !on.isEmpty() || !auto.isEmpty();
        }

        static BackgroundConfig of(Config block) {
            return new BackgroundConfig(
                    block.getString("mode"),
                    block.getStringList("on"),
                    block.getStringList("auto"),
                    block.getStringList("off"),
                    block.getString("object-masks"),
                    block.getBoolean("scaled-latent"));
        }
    }

    /**
     * How the anomaly part becomes a mask: thresholds 0..1 from the part's ground, never off and auto only together.
     *
     * @param cleanup for images of 128 x 128 pixels
     * @param minChange in levels, 0 for none and always with generated backgrounds
     * @param refineRadius in pixels of the working image, 0 for none
     */
    public record MaskConfig(
            String method,
            Limit low,
            Limit high,
            double threshold,
            String saliencyModel,
            int saliencySize,
            MaskCleanup cleanup,
            double minChange,
            int refineRadius,
            double refineEpsilon)
            implements Serializable {
        static MaskConfig of(Config block) {
            return new MaskConfig(
                    block.getString("method"),
                    Limit.parse(block.getString("low")),
                    Limit.parse(block.getString("high")),
                    block.getDouble("threshold"),
                    block.getString("saliency-model"),
                    block.getInt("saliency-size"),
                    new MaskCleanup(
                            block.getInt("opening-radius"),
                            block.getInt("closing-radius"),
                            block.getInt("min-area"),
                            block.getDouble("min-share"),
                            block.getInt("max-hole-area")),
                    block.getDouble("min-change"),
                    block.getInt("refine-radius"),
                    block.getDouble("refine-epsilon"));
        }
    }

    /**
     * Which generated pairs are good enough, and what becomes of the others.
     *
     * @param maxAttempts indices tried at most, as a multiple of the pairs wanted
     * @param copyOverlap least shared part of two defects in pairs that may be copies
     * @param limits of the checks, by the setting's name
     */
    public record QualityConfig(
            boolean enabled,
            double maxAttempts,
            boolean keepRejectedPixels,
            double copyOverlap,
            Earlier earlier,
            Map<String, Limit> limits)
            implements Serializable {
        /** Names of the limits. */
        public static final List<String> LIMITS = List.of(
                "min-mask-ratio",
                "max-mask-ratio",
                "max-components",
                "max-outside-object",
                "min-contrast",
                "max-part-difference",
                "max-clipped",
                "min-deviation",
                "min-window-margin",
                "min-training-distance",
                "min-accepted-distance");

        public QualityConfig {
            limits = Collections.unmodifiableMap(new TreeMap<>(limits));
        }

        static QualityConfig of(Config block) {
            Map<String, Limit> limits = new TreeMap<>();
            LIMITS.forEach(name -> limits.put(name, Limit.parse(block.getString(name))));
            return new QualityConfig(
                    block.getBoolean("enabled"),
                    block.getDouble("max-attempts"),
                    block.getBoolean("keep-rejected-pixels"),
                    block.getDouble("copy-overlap"),
                    new Earlier(block.getString("earlier-dataset"), block.getInt("earlier-runs")),
                    limits);
        }

        /**
         * Whose pairs are compared, too.
         *
         * @param dataset its name; empty: none
         * @param runs how many of those that were published last
         */
        public record Earlier(String dataset, int runs) implements Serializable {}
    }

    /**
     * A number, or who decides it: {@code auto} for what the real images say, {@code off} for none.
     *
     * @param setting as in a configuration file
     */
    public record Limit(String setting) implements Serializable {
        public static final Limit AUTO = new Limit("auto");
        public static final Limit OFF = new Limit("off");

        public static Limit of(double number) {
            return new Limit(Double.toString(number));
        }

        /** The same text for the same number, so that {@code 3} and {@code 3.0} are one limit. */
        static Limit parse(String text) {
            return text.equals("auto") || text.equals("off") ? new Limit(text) : of(Double.parseDouble(text));
        }

        public boolean isAuto() {
            return equals(AUTO);
        }

        /** The number given, {@code learned} for auto, NaN for off. */
        public double orElse(double learned) {
            if (isAuto()) {
                return learned;
            }
            return equals(OFF) ? Double.NaN : Double.parseDouble(setting);
        }
    }
}
