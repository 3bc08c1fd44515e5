package org.dualanodiff.pipeline.config;

import static org.dualanodiff.pipeline.config.SettingType.anyText;
import static org.dualanodiff.pipeline.config.SettingType.block;
import static org.dualanodiff.pipeline.config.SettingType.edge;
import static org.dualanodiff.pipeline.config.SettingType.filledText;
import static org.dualanodiff.pipeline.config.SettingType.flag;
import static org.dualanodiff.pipeline.config.SettingType.interval;
import static org.dualanodiff.pipeline.config.SettingType.matching;
import static org.dualanodiff.pipeline.config.SettingType.names;
import static org.dualanodiff.pipeline.config.SettingType.number;
import static org.dualanodiff.pipeline.config.SettingType.numberOr;
import static org.dualanodiff.pipeline.config.SettingType.oneOf;
import static org.dualanodiff.pipeline.config.SettingType.positive;
import static org.dualanodiff.pipeline.config.SettingType.wholeNumber;
import static org.dualanodiff.pipeline.config.SettingType.wholeNumberOr;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.pipeline.config.ConfigLoader.EffectiveSetting;
import org.dualanodiff.pipeline.config.PipelineConfig.Changes;

/**
 * Every setting, declared once: its name, what its value must be, and what it changes. Default and meaning stand in
 * {@code dualanodiff-reference.conf}; the names of adapters and runs follow from here ({@link #changing}).
 */
final class DeclaredSettings {
    private static final String COUNT = "[1-9][0-9]{0,5}|1000000";
    private static final String RUN = "[A-Za-z0-9._-]{1,100}";
    private static final String SOURCE = "(real|procedural|cut-paste|generated(@" + RUN + "(," + RUN + ")*)?)";
    private static final String ARM = SOURCE + "([+>]" + SOURCE + ")*";
    private static final long MANY = 10_000_000;

    private static final Predicate<Map<String, String>> CROPPED = is("dataset.crop", "defect");
    private static final Predicate<Map<String, String>> ANCHORED = is("generation.background", "anchored");
    private static final Predicate<Map<String, String>> BY_GROUND = is("mask.method", "grey-distance");
    private static final Predicate<Map<String, String>> BY_SALIENCY = is("mask.method", "saliency");
    private static final Predicate<Map<String, String>> GATED = is("quality.enabled", "true");
    private static final Predicate<Map<String, String>> COMPARED =
            is("quality.earlier-dataset", "").negate();

    private static final List<Setting> ALL = List.of(
            adapter(
                    "base-model",
                    matching("a path, a URI or builtin:NAME", "(?!builtin:).*\\S.*|builtin:[A-Za-z0-9._-]+")),
            // Images count by their content.
            other("dataset.root", matching("a path, a URI or builtin:samples", "(?!builtin:).*\\S.*|builtin:samples")),
            other(
                    "dataset.format",
                    oneOf("auto", "mvtec", "visa", "folder", "coco", "jsonl", "yolo", "labelme", "labelstudio")),
            other(
                    "dataset.mask-level",
                    matching("auto or a grey level 1..255", "auto|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5]")),
            other("dataset.bit-depth", matching("auto or a number of bits 8..16", "auto|[89]|1[0-6]")),
            other("dataset.allow-outside", flag()),
            other("dataset.categories", names()),
            other("dataset.defects", names()),
            other("dataset.split", matching("first-third, list or a number 1..1000000", "first-third|list|" + COUNT)),
            other("dataset.split-files", anyText()),
            adapter("dataset.crop", oneOf("whole", "defect")).where(CROPPED),
            adapter("dataset.crop-margin", number(0, 10)).where(CROPPED),
            adapter("dataset.crop-jitter", number(0, 0.5)).where(CROPPED),
            adapter("dataset.crops-per-image", wholeNumber(1, 1000)).where(CROPPED),
            adapter("resolution", edge(8, "auto")),
            adapter("prompt.global", filledText()),
            adapter("prompt.anomaly", filledText()),
            samples("prompt.negative", anyText()),
            adapter("training.init", oneOf("auto", "cold", "warm")),
            adapter("training.steps", wholeNumber(1, MANY)),
            adapter("training.batch-size", wholeNumberOr("auto", 1, 1024)),
            other("training.micro-batch-size", wholeNumberOr("auto", 0, 1024)),
            other("training.recompute", flag()),
            adapter("training.learning-rate", positive(1)),
            adapter("training.schedule", oneOf("constant", "cosine")),
            adapter("training.defect-weight", numberOr(List.of("auto"), 1, 1000)),
            adapter(
                            "training.part-ground",
                            matching("grey or a color #rrggbb", "grey|#\\p{XDigit}{6}")
                                    .spelled(color -> PartGround.parse(color).toString()))
                    .unless("grey"),
            adapter("training.weight-decay", number(0, 1)),
            adapter("training.max-gradient-norm", positive(1_000_000)),
            adapter("training.rank", wholeNumber(1, 1024)),
            adapter("training.interaction", flag()).unless("true"),
            adapter("training.shared-lora", flag()).unless("false"),
            adapter("training.flips.horizontal", flag()),
            adapter("training.flips.vertical", flag()),
            other("training.checkpoint-every", wholeNumber(1, MANY)),
            other("training.checkpoint-minutes", wholeNumber(0, 100_000)),
            other("training.log-every", wholeNumber(1, MANY)),
            // Sheets are drawn between steps, of noise of their own.
            other("training.preview-every", wholeNumber(0, MANY)),
            // Compensation counts with the images of the categories that have it.
            other("background.mode", oneOf("off", "auto", "on")),
            other("background.on", names()),
            other("background.auto", names()),
            other("background.off", names()),
            samples("background.object-masks", anyText())
                    .where(CROPPED.or(ANCHORED).and(is("generation.place", "object")))
                    .unless(""),
            other("background.scaled-latent", flag()),
            samples("generation.background", oneOf("generated", "anchored")),
            samples("generation.place", oneOf("anywhere", "object")).where(CROPPED.or(ANCHORED)),
            samples("generation.place-spread", number(0, 1)).where(CROPPED).unless("0.1"),
            samples("generation.strength", positive(1)).where(ANCHORED).unless("1.0"),
            samples("generation.anchor-from", number(0, 1)).where(ANCHORED),
            samples("generation.anchor-until", number(0, 1)).where(ANCHORED).unless("0.0"),
            samples("generation.anchor-detail", flag()).where(ANCHORED).unless("false"),
            other("generation.samples-per-defect", wholeNumber(1, MANY)),
            samples("generation.seed", matching("auto or a whole number of at most 18 digits", "auto|-?[0-9]{1,18}"))
                    .unless("auto"),
            samples("generation.sampler", oneOf("pndm", "ddim", GenerationConfig.DPM_SOLVER)),
            samples("generation.karras-sigmas", flag()),
            samples("generation.final-sigma-zero", flag()),
            samples("generation.steps", wholeNumberOr("auto", 1, 1000)),
            samples("generation.guidance", oneOf("text", "interaction")).unless("text"),
            samples("generation.guidance-scale", numberOr(List.of("auto"), 1, 100)),
            samples("generation.guidance-interval", interval(0, 1)),
            samples("generation.deep-cache-interval", wholeNumber(1, 1000)).unless("1"),
            samples("generation.batch-size", wholeNumber(1, 1024)),
            other("generation.pairs-per-task", wholeNumber(1, 1_000_000)),
            samples("mask.method", oneOf("grey-distance", "attention", "saliency")),
            samples("mask.low", numberOr(List.of("auto"), 0, 1)).where(BY_GROUND),
            samples("mask.high", numberOr(List.of("auto"), 0, 1)).where(BY_GROUND),
            samples("mask.threshold", number(0, 1)).where(BY_GROUND.negate()),
            samples("mask.saliency-model", anyText()).where(BY_SALIENCY),
            samples("mask.saliency-size", wholeNumber(16, 2048)).where(BY_SALIENCY),
            samples("mask.opening-radius", wholeNumber(0, 64)),
            samples("mask.closing-radius", wholeNumber(0, 64)),
            samples("mask.min-area", wholeNumber(0, MANY)),
            samples("mask.min-share", number(0, 1)).unless("0.0"),
            samples("mask.max-hole-area", wholeNumber(0, MANY)),
            samples("mask.min-change", number(0, 255)).unless("0.0"),
            samples("mask.refine-radius", wholeNumber(0, 64)),
            samples("mask.refine-epsilon", positive(1))
                    .where(is("mask.refine-radius", "0").negate()),
            samples("quality.enabled", flag()),
            other("quality.max-attempts", number(1, 1000)),
            other("quality.keep-rejected-pixels", flag()),
            samples("quality.copy-overlap", number(0, 1)).where(GATED),
            samples("quality.earlier-dataset", anyText()).where(GATED).unless(""),
            samples("quality.earlier-runs", wholeNumber(1, 365)).where(GATED.and(COMPARED)),
            limit("quality.min-mask-ratio", 1),
            limit("quality.max-mask-ratio", 1),
            limit("quality.max-components", 1_000_000),
            limit("quality.max-outside-object", 1),
            limit("quality.min-contrast", 255),
            limit("quality.max-part-difference", 255),
            limit("quality.max-clipped", 1),
            limit("quality.min-deviation", 255),
            limit("quality.min-window-margin", 1),
            limit("quality.min-training-distance", 255),
            limit("quality.min-accepted-distance", 255),
            other("store", filledText()),
            other("run.id", matching("auto or 1..100 of A-Z a-z 0-9 . _ - (not dots alone)", "(?!\\.+$)" + RUN)),
            other("run.file-megabytes", wholeNumber(1, 4096)),
            other("run.compact", flag()),
            other("run.lineage", matching("a namespace, or empty for none", "[^\\s\"]*")),
            other("run.lease.expire-seconds", wholeNumber(3, 86_400)),
            other("run.lease.wait-seconds", wholeNumber(0, 1_000_000)),
            adapter("seed", wholeNumber()),
            other("compute.device", matching("auto, cpu, cuda or cuda:N", "auto|cpu|cuda(:[0-9]{1,3})?")),
            samples("compute.precision", oneOf("auto", "fp32", "bf16", "fp16")),
            samples("compute.training-precision", oneOf("auto", "fp32", "bf16")).unless("auto"),
            // Counts in the place of compute.precision.
            other("compute.generation-precision", oneOf("auto", "fp32", "bf16", "fp16")),
            other("compute.threads", wholeNumber(1, 1024)),
            other("evaluate.arms", names().and(DeclaredSettings::arms)),
            other("evaluate.seeds", wholeNumber(1, 1000)),
            other("evaluate.size", edge(16)),
            other("evaluate.channels", oneOf("1", "3")),
            other("evaluate.width", wholeNumber(1, 1024)),
            other("evaluate.steps", wholeNumber(1, MANY)),
            other("evaluate.batch-size", wholeNumber(2, 1024)),
            other("evaluate.learning-rate", positive(1)),
            other("evaluate.pairs-per-defect", wholeNumber(1, MANY)),
            other("evaluate.classifier-steps", wholeNumber(0, MANY)),
            other("evaluate.twins", anyText()),
            other("evaluate.allowed-loss", number(0, 1)),
            other("evaluate.networks.features", anyText()),
            other("evaluate.networks.classes", anyText()),
            other("evaluate.networks.distances", anyText()),
            other("evaluate.networks.size", wholeNumber(8, 2048)),
            other("log.format", oneOf("text", "json")),
            other("log.file", anyText()),
            other("spark.master", filledText()),
            other(SparkConfig.KEY, block()));

    private DeclaredSettings() {}

    /**
     * A setting.
     *
     * @param counts whether its value is part of the names of what it changes, given all settings
     */
    private record Setting(String key, SettingType type, Changes changes, Predicate<Map<String, String>> counts) {

        /** It changes something only there. */
        Setting where(Predicate<Map<String, String>> condition) {
            return new Setting(key, type, changes, counts.and(condition));
        }

        /** With this value all is as it was before there was the setting, and so are the names. */
        Setting unless(String value) {
            return where(is(key, value).negate());
        }
    }

    /** Changes adapters, and with them their pairs. */
    private static Setting adapter(String key, SettingType type) {
        return new Setting(key, type, Changes.ADAPTER, texts -> true);
    }

    /** Changes pairs. */
    private static Setting samples(String key, SettingType type) {
        return new Setting(key, type, Changes.SAMPLES, texts -> true);
    }

    /** Changes neither. */
    private static Setting other(String key, SettingType type) {
        return new Setting(key, type, Changes.NOTHING, texts -> true);
    }

    private static Setting limit(String key, double max) {
        return samples(key, numberOr(List.of("auto", "off"), 0, max)).where(GATED);
    }

    private static Predicate<Map<String, String>> is(String key, String value) {
        return texts -> texts.get(key).strip().equals(value);
    }

    /** The names of all settings. */
    static List<String> keys() {
        return ALL.stream().map(Setting::key).toList();
    }

    /** Wrong values and broken relations in the effective configuration. DeclaredSettings without a value are passed over. */
    static List<Problem> problems(Config effective) {
        List<Problem> problems = new ArrayList<>(SparkConfig.problems(effective));
        List<String> sound = new ArrayList<>();
        for (Setting setting : ALL) {
            violation(setting, effective).ifPresentOrElse(problems::add, () -> sound.add(setting.key()));
        }
        problems.addAll(SettingRelations.problems(effective, sound));
        return problems;
    }

    private static Optional<Problem> violation(Setting setting, Config effective) {
        if (!effective.hasPath(setting.key())) {
            return Optional.empty();
        }
        ConfigValue value = effective.getValue(setting.key());
        return setting.type()
                .complaint()
                .apply(value)
                .map(complaint -> Problem.of(value.origin(), setting.key(), complaint));
    }

    /** What a sound configuration holds, in the order of the settings; each Spark property is one. */
    static List<EffectiveSetting> inForce(Config effective) {
        Config reference = ConfigLoader.reference();
        List<EffectiveSetting> settings = new ArrayList<>();
        List<String> meaning = List.of();
        for (String key : keys()) {
            List<String> own = reference.getValue(key).origin().comments();
            // Settings that stand together are described together, above the first of them.
            meaning = own.isEmpty() ? meaning : own;
            if (key.equals(SparkConfig.KEY)) {
                for (Map.Entry<String, ConfigValue> property :
                        effective.getObject(key).entrySet()) {
                    String name = key + "." + ConfigUtil.quoteString(property.getKey());
                    settings.add(EffectiveSetting.of(name, property.getValue(), meaning));
                }
            } else {
                settings.add(EffectiveSetting.of(key, effective.getValue(key), meaning));
            }
        }
        return settings;
    }

    /** The values of a sound configuration, by the names of the settings. */
    static Map<String, String> texts(Config effective) {
        return ALL.stream()
                .filter(setting -> !setting.key().equals(SparkConfig.KEY))
                .collect(Collectors.toMap(
                        Setting::key, setting -> setting.type().text().apply(effective.getValue(setting.key()))));
    }

    /** Those of the values that change such a thing as they stand together. */
    static SortedMap<String, String> changing(Changes what, Map<String, String> texts) {
        return ALL.stream()
                .filter(setting -> setting.changes() == what && setting.counts().test(texts))
                .collect(
                        Collectors.toMap(Setting::key, setting -> texts.get(setting.key()), (a, b) -> a, TreeMap::new));
    }

    private static Optional<String> arms(ConfigValue list) {
        return ((ConfigList) list)
                .stream()
                        .map(value -> SettingType.scalar(value).orElseThrow())
                        .filter(arm -> !arm.matches(ARM))
                        .findFirst()
                        .map(
                                ("must hold arms such as real+generated or generated>real, of real, procedural, cut-paste, generated and"
                                                + " generated@RUN; %s is none")::formatted);
    }
}
