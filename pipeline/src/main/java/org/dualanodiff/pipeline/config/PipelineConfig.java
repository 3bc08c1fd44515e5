package org.dualanodiff.pipeline.config;

import static java.util.Map.entry;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dualanodiff.model.dual.Ablation;

/**
 * All settings of a run, immutable and serializable. {@link ConfigLoader} makes it and vouches for ranges; the meaning,
 * unit and source of every setting stand in {@code dualanodiff-reference.conf}, under the component's name in kebab case.
 */
public record PipelineConfig(
        String baseModel,
        Dataset dataset,
        Resolution resolution,
        Prompt prompt,
        Training training,
        Background background,
        Generation generation,
        Mask mask,
        Quality quality,
        String store,
        Run run,
        long seed,
        Compute compute,
        Evaluation evaluation,
        Log log,
        Spark spark)
        implements Serializable {
    private static final long serialVersionUID = 1L;

    /** The configuration in a validated {@code effective} tree that has a value for every setting. */
    static PipelineConfig of(Config effective) {
        return new PipelineConfig(
                effective.getString("base-model"),
                Dataset.of(effective.getConfig("dataset")),
                Resolution.of(effective),
                Prompt.of(effective.getConfig("prompt")),
                Training.of(effective.getConfig("training")),
                Background.of(effective.getConfig("background")),
                Generation.of(effective),
                Mask.of(effective.getConfig("mask")),
                Quality.of(effective.getConfig("quality")),
                effective.getString("store"),
                Run.of(effective.getConfig("run")),
                effective.getLong("seed"),
                Compute.of(effective.getConfig("compute")),
                Evaluation.of(effective.getConfig("evaluate")),
                Log.of(effective.getConfig("log")),
                Spark.of(effective));
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

    /**
     * What is augmented. Empty {@code categories} or {@code defects} stand for all.
     *
     * @param format {@code auto, mvtec, visa, folder, coco} or {@code jsonl}
     * @param maskLevel grey level from which a mask marks a pixel; 0 for the format's own
     * @param crop which part of an image is learned and generated
     */
    public record Dataset(
            String root,
            List<String> categories,
            List<String> defects,
            DatasetSplit split,
            String format,
            int maskLevel,
            Crop crop)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private static final String AUTO = "auto";

        /** In whatever format it is, with the format's own level of masks. */
        public Dataset(String root, List<String> categories, List<String> defects, DatasetSplit split) {
            this(root, categories, defects, split, AUTO, 0, Crop.WHOLE);
        }

        public Dataset {
            categories = List.copyOf(categories);
            defects = List.copyOf(defects);
        }

        private static Dataset of(Config block) {
            return new Dataset(
                    block.getString("root"),
                    block.getStringList("categories"),
                    block.getStringList("defects"),
                    DatasetSplit.of(block),
                    block.getString("format"),
                    block.getString("mask-level").equals(AUTO) ? 0 : block.getInt("mask-level"),
                    Crop.of(block));
        }

        private Map<String, Object> values() {
            return Map.ofEntries(
                    entry("root", Redaction.uri(root)),
                    entry("format", format),
                    entry("mask-level", maskLevel == 0 ? AUTO : (Object) maskLevel),
                    entry("categories", categories),
                    entry("defects", defects),
                    entry("split", split.setting()),
                    entry("split-files", Redaction.uri(split.files())),
                    entry("crop", crop.mode()),
                    entry("crop-margin", crop.margin()),
                    entry("crop-jitter", crop.jitter()),
                    entry("crops-per-image", crop.perImage()));
        }
    }

    /**
     * Which part of an image is learned and generated.
     *
     * @param mode {@code whole} or {@code defect}
     * @param margin around a defect, in sides of its bounding box
     * @param jitter of the defect in the crop, in sides of the crop
     * @param perImage crops of one image
     */
    public record Crop(String mode, double margin, double jitter, int perImage) implements Serializable {
        private static final long serialVersionUID = 1L;

        private static final Crop WHOLE = new Crop("whole", 0.5, 0.2, 4);

        private static Crop of(Config block) {
            return new Crop(
                    block.getString("crop"),
                    block.getDouble("crop-margin"),
                    block.getDouble("crop-jitter"),
                    block.getInt("crops-per-image"));
        }

        /** Whether crops around defects take the place of whole images. */
        public boolean aroundDefects() {
            return mode.equals("defect");
        }
    }

    /**
     * Edge of the square working image.
     *
     * @param pixels 0 stands for the base model's own
     */
    public record Resolution(int pixels) implements Serializable {
        private static final long serialVersionUID = 1L;

        /** The base model's own resolution. */
        public static final Resolution AUTO = new Resolution(0);

        /** The pixels asked for, or the base model's {@code own}. */
        public int orElse(int own) {
            return pixels == 0 ? own : pixels;
        }

        private static Resolution of(Config root) {
            boolean auto = root.getString("resolution").equals("auto");
            return auto ? AUTO : new Resolution(root.getInt("resolution"));
        }

        private Object value() {
            return pixels == 0 ? "auto" : (Object) pixels;
        }
    }

    /** Prompts of the two branches and of the unconditional pass. */
    public record Prompt(String global, String anomaly, String negative) implements Serializable {
        private static final long serialVersionUID = 1L;

        private static Prompt of(Config block) {
            return new Prompt(block.getString("global"), block.getString("anomaly"), block.getString("negative"));
        }

        private Map<String, Object> values() {
            return Map.of("global", global, "anomaly", anomaly, "negative", negative);
        }
    }

    /** How one adapter is trained. */
    public record Training(
            String init,
            int steps,
            int batchSize,
            int microBatchSize,
            boolean recompute,
            double learningRate,
            String schedule,
            double defectWeight,
            double weightDecay,
            double maxGradientNorm,
            int rank,
            boolean interaction,
            boolean sharedLora,
            Flips flips,
            int checkpointEvery,
            int checkpointMinutes,
            int logEvery)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        /** What is left out of the method. */
        public Ablation ablation() {
            return new Ablation(!interaction, sharedLora);
        }

        private static Training of(Config block) {
            return new Training(
                    block.getString("init"),
                    block.getInt("steps"),
                    block.getInt("batch-size"),
                    block.getInt("micro-batch-size"),
                    block.getBoolean("recompute"),
                    block.getDouble("learning-rate"),
                    block.getString("schedule"),
                    block.getDouble("defect-weight"),
                    block.getDouble("weight-decay"),
                    block.getDouble("max-gradient-norm"),
                    block.getInt("rank"),
                    block.getBoolean("interaction"),
                    block.getBoolean("shared-lora"),
                    new Flips(block.getBoolean("flips.horizontal"), block.getBoolean("flips.vertical")),
                    block.getInt("checkpoint-every"),
                    block.getInt("checkpoint-minutes"),
                    block.getInt("log-every"));
        }

        private Map<String, Object> values() {
            return Map.ofEntries(
                    entry("init", init),
                    entry("steps", steps),
                    entry("batch-size", batchSize),
                    entry("micro-batch-size", microBatchSize),
                    entry("recompute", recompute),
                    entry("learning-rate", learningRate),
                    entry("schedule", schedule),
                    entry("defect-weight", defectWeight),
                    entry("weight-decay", weightDecay),
                    entry("max-gradient-norm", maxGradientNorm),
                    entry("rank", rank),
                    entry("interaction", interaction),
                    entry("shared-lora", sharedLora),
                    entry("flips", Map.of("horizontal", flips.horizontal(), "vertical", flips.vertical())),
                    entry("checkpoint-every", checkpointEvery),
                    entry("checkpoint-minutes", checkpointMinutes),
                    entry("log-every", logEvery));
        }
    }

    /** Which random mirror images training sees. */
    public record Flips(boolean horizontal, boolean vertical) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /** Background compensation: {@code off, auto} or {@code on}, for all categories and for some. */
    public record Background(
            String mode, List<String> on, List<String> auto, List<String> off, String objectMasks, boolean scaledLatent)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        public Background {
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

        private static Background of(Config block) {
            return new Background(
                    block.getString("mode"),
                    block.getStringList("on"),
                    block.getStringList("auto"),
                    block.getStringList("off"),
                    block.getString("object-masks"),
                    block.getBoolean("scaled-latent"));
        }

        private Map<String, Object> values() {
            return Map.of(
                    "mode", mode,
                    "on", on,
                    "auto", auto,
                    "off", off,
                    "object-masks", Redaction.uri(objectMasks),
                    "scaled-latent", scaledLatent);
        }
    }

    /** The samplers that can be chosen. */
    public enum Sampler {
        PNDM("pndm"),
        DDIM("ddim"),
        DPM_SOLVER("dpm-solver++");

        private final String setting;

        Sampler(String setting) {
            this.setting = setting;
        }

        /** The name in a configuration file. */
        public String setting() {
            return setting;
        }

        static List<String> settings() {
            return Arrays.stream(values()).map(Sampler::setting).toList();
        }

        private static Sampler of(String setting) {
            return values()[settings().indexOf(setting)];
        }
    }

    /** A part of the noise schedule, in fractions of its timesteps from the clean end: 0 <= from <= to <= 1. */
    public record Interval(double from, double to) implements Serializable {
        private static final long serialVersionUID = 1L;

        private static Interval of(List<Double> bounds) {
            return new Interval(bounds.get(0), bounds.get(1));
        }

        private List<Double> value() {
            return List.of(from, to);
        }
    }

    /**
     * How pairs are generated. {@code pairsPerTask} is a multiple of {@code batchSize}; {@code karrasSigmas} and
     * {@code finalSigmaZero} are true only with DPM-Solver++.
     *
     * @param seed of the samples, where theirs is to differ from the adapters'; else the same
     */
    public record Generation(
            String background,
            String place,
            double anchorFrom,
            boolean anchorDetail,
            int samplesPerDefect,
            long seed,
            Sampler sampler,
            boolean karrasSigmas,
            boolean finalSigmaZero,
            int steps,
            double guidanceScale,
            Interval guidanceInterval,
            int batchSize,
            int pairsPerTask)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private static Generation of(Config root) {
            Config block = root.getConfig("generation");
            boolean auto = block.getString("seed").equals("auto");
            return new Generation(
                    block.getString("background"),
                    block.getString("place"),
                    block.getDouble("anchor-from"),
                    block.getBoolean("anchor-detail"),
                    block.getInt("samples-per-defect"),
                    auto ? root.getLong("seed") : block.getLong("seed"),
                    Sampler.of(block.getString("sampler")),
                    block.getBoolean("karras-sigmas"),
                    block.getBoolean("final-sigma-zero"),
                    block.getInt("steps"),
                    block.getDouble("guidance-scale"),
                    Interval.of(block.getDoubleList("guidance-interval")),
                    block.getInt("batch-size"),
                    block.getInt("pairs-per-task"));
        }

        /** Whether pairs are made on real good images. */
        public boolean anchored() {
            return background.equals("anchored");
        }

        private Map<String, Object> values() {
            return Map.ofEntries(
                    entry("background", background),
                    entry("place", place),
                    entry("anchor-from", anchorFrom),
                    entry("anchor-detail", anchorDetail),
                    entry("samples-per-defect", samplesPerDefect),
                    entry("seed", seed),
                    entry("sampler", sampler.setting()),
                    entry("karras-sigmas", karrasSigmas),
                    entry("final-sigma-zero", finalSigmaZero),
                    entry("steps", steps),
                    entry("guidance-scale", guidanceScale),
                    entry("guidance-interval", guidanceInterval.value()),
                    entry("batch-size", batchSize),
                    entry("pairs-per-task", pairsPerTask));
        }
    }

    /**
     * How the anomaly part becomes a mask: thresholds 0..1 from mid-grey, never off and auto only together, radii in pixels,
     * area in pixels.
     *
     * @param minChange in levels, 0 for none and always with generated backgrounds
     * @param refineRadius 0 for none
     */
    public record Mask(
            String method,
            Limit low,
            Limit high,
            double threshold,
            String saliencyModel,
            int saliencySize,
            int openingRadius,
            int closingRadius,
            int minArea,
            double minShare,
            int maxHoleArea,
            double minChange,
            int refineRadius,
            double refineEpsilon)
            implements Serializable {
        private static final long serialVersionUID = 1L;

        private static Mask of(Config block) {
            return new Mask(
                    block.getString("method"),
                    Limit.parse(block.getString("low")),
                    Limit.parse(block.getString("high")),
                    block.getDouble("threshold"),
                    block.getString("saliency-model"),
                    block.getInt("saliency-size"),
                    block.getInt("opening-radius"),
                    block.getInt("closing-radius"),
                    block.getInt("min-area"),
                    block.getDouble("min-share"),
                    block.getInt("max-hole-area"),
                    block.getDouble("min-change"),
                    block.getInt("refine-radius"),
                    block.getDouble("refine-epsilon"));
        }

        private Map<String, Object> values() {
            return Map.ofEntries(
                    entry("method", method),
                    entry("low", low.setting()),
                    entry("high", high.setting()),
                    entry("threshold", threshold),
                    entry("saliency-model", saliencyModel),
                    entry("saliency-size", saliencySize),
                    entry("opening-radius", openingRadius),
                    entry("closing-radius", closingRadius),
                    entry("min-area", minArea),
                    entry("min-share", minShare),
                    entry("max-hole-area", maxHoleArea),
                    entry("min-change", minChange),
                    entry("refine-radius", refineRadius),
                    entry("refine-epsilon", refineEpsilon));
        }
    }

    /**
     * Which generated pairs are good enough, and what becomes of the others.
     *
     * @param maxAttempts indices tried at most, as a multiple of the pairs wanted
     * @param copyOverlap least shared part of two defects in pairs that may be copies
     * @param limits of the checks, by the setting's name
     */
    public record Quality(
            boolean enabled,
            double maxAttempts,
            boolean keepRejectedPixels,
            double copyOverlap,
            Map<String, Limit> limits)
            implements Serializable {
        private static final long serialVersionUID = 1L;

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

        public Quality {
            limits = Collections.unmodifiableMap(new TreeMap<>(limits));
        }

        private static Quality of(Config block) {
            Map<String, Limit> limits = new TreeMap<>();
            LIMITS.forEach(name -> limits.put(name, Limit.parse(block.getString(name))));
            return new Quality(
                    block.getBoolean("enabled"),
                    block.getDouble("max-attempts"),
                    block.getBoolean("keep-rejected-pixels"),
                    block.getDouble("copy-overlap"),
                    limits);
        }

        private Map<String, Object> values() {
            Map<String, Object> values = new TreeMap<>(Map.of(
                    "enabled", enabled,
                    "max-attempts", maxAttempts,
                    "keep-rejected-pixels", keepRejectedPixels,
                    "copy-overlap", copyOverlap));
            limits.forEach((name, limit) -> values.put(name, limit.setting()));
            return values;
        }
    }

    /** Name of the run, {@code auto} when it is to be derived from the settings, and how drivers share it. */
    public record Run(String id, Lease lease) implements Serializable {
        private static final long serialVersionUID = 1L;

        private static Run of(Config block) {
            return new Run(
                    block.getString("id"),
                    new Lease(block.getInt("lease.expire-seconds"), block.getInt("lease.wait-seconds")));
        }

        private Map<String, Object> values() {
            return Map.of(
                    "id",
                    id,
                    "lease",
                    Map.of("expire-seconds", lease.expireSeconds(), "wait-seconds", lease.waitSeconds()));
        }

        /** True when the name is to be derived from the settings. */
        public boolean isAuto() {
            return id.equals("auto");
        }
    }

    /** When a driver is taken for dead, and how long another one waits for one that lives. */
    public record Lease(int expireSeconds, int waitSeconds) implements Serializable {
        private static final long serialVersionUID = 1L;
    }

    /**
     * Where tensors live ({@code auto, cpu, cuda, cuda:N}), in which precision the base computes ({@code auto, fp32,
     * bf16, fp16}), and how many native threads one task uses.
     */
    public record Compute(String device, String precision, int threads) implements Serializable {
        private static final long serialVersionUID = 1L;

        private static Compute of(Config block) {
            return new Compute(block.getString("device"), block.getString("precision"), block.getInt("threads"));
        }

        private Map<String, Object> values() {
            return Map.of("device", device, "precision", precision, "threads", threads);
        }
    }

    /**
     * How the driver's log is written.
     *
     * @param format {@code text} or {@code json}
     * @param file local path, or empty for standard error
     */
    public record Log(String format, String file) implements Serializable {
        private static final long serialVersionUID = 1L;

        private static Log of(Config block) {
            return new Log(block.getString("format"), block.getString("file"));
        }

        /** Whether each line is to be a JSON object. */
        public boolean isJson() {
            return format.equals("json");
        }

        private Map<String, Object> values() {
            return Map.of("format", format, "file", file);
        }
    }

    /** Master of the embedded mode and further Spark properties, sorted by name. */
    public record Spark(String master, Map<String, String> conf) implements Serializable {
        private static final long serialVersionUID = 1L;

        public Spark {
            conf = Collections.unmodifiableMap(new TreeMap<>(conf));
        }

        private static Spark of(Config root) {
            return new Spark(root.getString("spark.master"), SparkProperties.of(root));
        }

        private Map<String, Object> values() {
            Map<String, String> shown = new TreeMap<>(conf);
            shown.replaceAll(Redaction::property);
            return Map.of("master", master, "conf", shown);
        }
    }
}
