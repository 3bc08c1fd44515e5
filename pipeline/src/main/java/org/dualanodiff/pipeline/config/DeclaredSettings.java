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
import org.dualanodiff.pipeline.config.PipelineConfig.Changes;

/**
 * Every setting, declared once: its name, what its value must be, and what it changes. Default and meaning stand in
 * {@code dualanodiff-reference.conf}; the names of adapters and runs follow from here ({@link #changing}).
 */
final class DeclaredSettings {
    private static final String COUNT = "[1-9][0-9]{0,5}|1000000";
    private static final String RUN = "[A-Za-z0-9._-]{1,100}";
    private static final String SOURCE = "(real|procedural|cut-paste|generated(@" + RUN + "(," + RUN + ")*)?)";
    private static final String ARM = SOURCE + "(\\+" + SOURCE + ")*";
    private static final long MANY = 10_000_000;

    private static final Predicate<Map<String, String>> CROPPED = is("dataset.crop", "defect");
    private static final Predicate<Map<String, String>> ANCHORED = is("generation.background", "anchored");
    private static final Predicate<Map<String, String>> BY_GROUND = is("mask.method", "grey-distance");
    private static final Predicate<Map<String, String>> BY_SALIENCY = is("mask.method", "saliency");
    private static final Predicate<Map<String, String>> GATED = is("quality.enabled", "true");

    private static final List<Setting> ALL = List.of(
            setting("base-model", matching("a path, a URI or builtin:NAME", "(?!builtin:).*\\S.*|builtin:[A-Za-z0-9._-]+"))
                    .changes(Changes.ADAPTER),
            // Images count by their content.
            setting("dataset.root", matching("a path, a URI or builtin:samples", "(?!builtin:).*\\S.*|builtin:samples")),
            setting(
                    "dataset.format",
                    oneOf("auto", "mvtec", "visa", "folder", "coco", "jsonl", "yolo", "labelme", "labelstudio")),
            setting(
                    "dataset.mask-level",
                    matching("auto or a grey level 1..255", "auto|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5]")),
            setting("dataset.bit-depth", matching("auto or a number of bits 8..16", "auto|[89]|1[0-6]")),
            setting("dataset.allow-outside", flag()),
            setting("dataset.categories", names()),
            setting("dataset.defects", names()),
            setting("dataset.split", matching("first-third, list or a number 1..1000000", "first-third|list|" + COUNT)),
            setting("dataset.split-files", anyText()),
            setting("dataset.crop", oneOf("whole", "defect")).changes(Changes.ADAPTER).where(CROPPED),
            setting("dataset.crop-margin", number(0, 10)).changes(Changes.ADAPTER).where(CROPPED),
            setting("dataset.crop-jitter", number(0, 0.5)).changes(Changes.ADAPTER).where(CROPPED),
            setting("dataset.crops-per-image", wholeNumber(1, 1000))
                    .changes(Changes.ADAPTER)
                    .where(CROPPED),
            setting("resolution", edge(8, "auto")).changes(Changes.ADAPTER),
            setting("prompt.global", filledText()).changes(Changes.ADAPTER),
            setting("prompt.anomaly", filledText()).changes(Changes.ADAPTER),
            setting("prompt.negative", anyText()).changes(Changes.SAMPLES),
            setting("training.init", oneOf("auto", "cold", "warm")).changes(Changes.ADAPTER),
            setting("training.steps", wholeNumber(1, MANY)).changes(Changes.ADAPTER),
            setting("training.batch-size", wholeNumberOr("auto", 1, 1024)).changes(Changes.ADAPTER),
            setting("training.micro-batch-size", wholeNumberOr("auto", 0, 1024)),
            setting("training.recompute", flag()),
            setting("training.learning-rate", positive(1)).changes(Changes.ADAPTER),
            setting("training.schedule", oneOf("constant", "cosine")).changes(Changes.ADAPTER),
            setting("training.defect-weight", numberOr(List.of("auto"), 1, 1000))
                    .changes(Changes.ADAPTER),
            setting(
                            "training.part-ground",
                            matching("grey or a color #rrggbb", "grey|#\\p{XDigit}{6}")
                                    .spelled(color -> PartGround.parse(color).toString()))
                    .changes(Changes.ADAPTER)
                    .unless("grey"),
            setting("training.weight-decay", number(0, 1)).changes(Changes.ADAPTER),
            setting("training.max-gradient-norm", positive(1_000_000)).changes(Changes.ADAPTER),
            setting("training.rank", wholeNumber(1, 1024)).changes(Changes.ADAPTER),
            setting("training.interaction", flag()).changes(Changes.ADAPTER).unless("true"),
            setting("training.shared-lora", flag()).changes(Changes.ADAPTER).unless("false"),
            setting("training.flips.horizontal", flag()).changes(Changes.ADAPTER),
            setting("training.flips.vertical", flag()).changes(Changes.ADAPTER),
            setting("training.checkpoint-every", wholeNumber(1, MANY)),
            setting("training.checkpoint-minutes", wholeNumber(0, 100_000)),
            setting("training.log-every", wholeNumber(1, MANY)),
            // Compensation counts with the images of the categories that have it.
            setting("background.mode", oneOf("off", "auto", "on")),
            setting("background.on", names()),
            setting("background.auto", names()),
            setting("background.off", names()),
            setting("background.object-masks", anyText())
                    .changes(Changes.SAMPLES)
                    .where(CROPPED.or(ANCHORED).and(is("generation.place", "object")))
                    .unless(""),
            setting("background.scaled-latent", flag()),
            setting("generation.background", oneOf("generated", "anchored")).changes(Changes.SAMPLES),
            setting("generation.place", oneOf("anywhere", "object"))
                    .changes(Changes.SAMPLES)
                    .where(CROPPED.or(ANCHORED)),
            setting("generation.anchor-from", number(0, 1))
                    .changes(Changes.SAMPLES)
                    .where(ANCHORED),
            setting("generation.anchor-detail", flag())
                    .changes(Changes.SAMPLES)
                    .where(ANCHORED)
                    .unless("false"),
            setting("generation.samples-per-defect", wholeNumber(1, MANY)),
            setting("generation.seed", matching("auto or a whole number of at most 18 digits", "auto|-?[0-9]{1,18}"))
                    .changes(Changes.SAMPLES)
                    .unless("auto"),
            setting("generation.sampler", oneOf(GenerationConfig.Sampler.settings()))
                    .changes(Changes.SAMPLES),
            setting("generation.karras-sigmas", flag()).changes(Changes.SAMPLES),
            setting("generation.final-sigma-zero", flag()).changes(Changes.SAMPLES),
            setting("generation.steps", wholeNumberOr("auto", 1, 1000)).changes(Changes.SAMPLES),
            setting("generation.guidance-scale", numberOr(List.of("auto"), 1, 100))
                    .changes(Changes.SAMPLES),
            setting("generation.guidance-interval", interval(0, 1)).changes(Changes.SAMPLES),
            setting("generation.deep-cache-interval", wholeNumber(1, 1000))
                    .changes(Changes.SAMPLES)
                    .unless("1"),
            setting("generation.batch-size", wholeNumber(1, 1024)).changes(Changes.SAMPLES),
            setting("generation.pairs-per-task", wholeNumber(1, 1_000_000)),
            setting("mask.method", oneOf("grey-distance", "attention", "saliency"))
                    .changes(Changes.SAMPLES),
            setting("mask.low", numberOr(List.of("auto"), 0, 1))
                    .changes(Changes.SAMPLES)
                    .where(BY_GROUND),
            setting("mask.high", numberOr(List.of("auto"), 0, 1))
                    .changes(Changes.SAMPLES)
                    .where(BY_GROUND),
            setting("mask.threshold", number(0, 1)).changes(Changes.SAMPLES).where(BY_GROUND.negate()),
            setting("mask.saliency-model", anyText()).changes(Changes.SAMPLES).where(BY_SALIENCY),
            setting("mask.saliency-size", wholeNumber(16, 2048))
                    .changes(Changes.SAMPLES)
                    .where(BY_SALIENCY),
            setting("mask.opening-radius", wholeNumber(0, 64)).changes(Changes.SAMPLES),
            setting("mask.closing-radius", wholeNumber(0, 64)).changes(Changes.SAMPLES),
            setting("mask.min-area", wholeNumber(0, MANY)).changes(Changes.SAMPLES),
            setting("mask.min-share", number(0, 1)).changes(Changes.SAMPLES).unless("0.0"),
            setting("mask.max-hole-area", wholeNumber(0, MANY)).changes(Changes.SAMPLES),
            setting("mask.min-change", number(0, 255)).changes(Changes.SAMPLES).unless("0.0"),
            setting("mask.refine-radius", wholeNumber(0, 64)).changes(Changes.SAMPLES),
            setting("mask.refine-epsilon", positive(1))
                    .changes(Changes.SAMPLES)
                    .where(is("mask.refine-radius", "0").negate()),
            setting("quality.enabled", flag()).changes(Changes.SAMPLES),
            setting("quality.max-attempts", number(1, 1000)),
            setting("quality.keep-rejected-pixels", flag()),
            setting("quality.copy-overlap", number(0, 1)).changes(Changes.SAMPLES).where(GATED),
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
            setting("store", filledText()),
            setting("run.id", matching("auto or 1..100 of A-Z a-z 0-9 . _ - (not dots alone)", "(?!\\.+$)" + RUN)),
            setting("run.file-megabytes", wholeNumber(1, 4096)),
            setting("run.lease.expire-seconds", wholeNumber(3, 86_400)),
            setting("run.lease.wait-seconds", wholeNumber(0, 1_000_000)),
            setting("seed", wholeNumber()).changes(Changes.ADAPTER),
            setting("compute.device", matching("auto, cpu, cuda or cuda:N", "auto|cpu|cuda(:[0-9]{1,3})?")),
            setting("compute.precision", oneOf("auto", "fp32", "bf16", "fp16")).changes(Changes.SAMPLES),
            setting("compute.training-precision", oneOf("auto", "fp32", "bf16"))
                    .changes(Changes.SAMPLES)
                    .unless("auto"),
            // Counts in the place of compute.precision.
            setting("compute.generation-precision", oneOf("auto", "fp32", "bf16", "fp16")),
            setting("compute.threads", wholeNumber(1, 1024)),
            setting("evaluate.arms", names().and(DeclaredSettings::arms)),
            setting("evaluate.seeds", wholeNumber(1, 1000)),
            setting("evaluate.size", edge(16)),
            setting("evaluate.channels", oneOf("1", "3")),
            setting("evaluate.width", wholeNumber(1, 1024)),
            setting("evaluate.steps", wholeNumber(1, MANY)),
            setting("evaluate.batch-size", wholeNumber(2, 1024)),
            setting("evaluate.learning-rate", positive(1)),
            setting("evaluate.pairs-per-defect", wholeNumber(1, MANY)),
            setting("evaluate.classifier-steps", wholeNumber(0, MANY)),
            setting("evaluate.twins", anyText()),
            setting("evaluate.allowed-loss", number(0, 1)),
            setting("evaluate.networks.features", anyText()),
            setting("evaluate.networks.classes", anyText()),
            setting("evaluate.networks.distances", anyText()),
            setting("evaluate.networks.size", wholeNumber(8, 2048)),
            setting("log.format", oneOf("text", "json")),
            setting("log.file", anyText()),
            setting("spark.master", filledText()),
            setting(SparkConfig.KEY, block()));

    private DeclaredSettings() {}

    /**
     * A setting.
     *
     * @param counts whether its value is part of the names of what it changes, given all settings
     */
    private record Setting(
            String key, SettingType type, Changes changes, Predicate<Map<String, String>> counts) {

        Setting changes(Changes what) {
            return new Setting(key, type, what, counts);
        }

        /** It changes something only there. */
        Setting where(Predicate<Map<String, String>> condition) {
            return new Setting(key, type, changes, counts.and(condition));
        }

        /** With this value all is as it was before there was the setting, and so are the names. */
        Setting unless(String value) {
            return where(is(key, value).negate());
        }
    }

    private static Setting setting(String key, SettingType type) {
        return new Setting(key, type, Changes.NOTHING, texts -> true);
    }

    private static Setting limit(String key, double max) {
        return setting(key, numberOr(List.of("auto", "off"), 0, max))
                .changes(Changes.SAMPLES)
                .where(GATED);
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
                .collect(Collectors.toMap(Setting::key, setting -> texts.get(setting.key()), (a, b) -> a, TreeMap::new));
    }

    private static Optional<String> arms(ConfigValue list) {
        return ((ConfigList) list)
                .stream()
                        .map(value -> SettingType.scalar(value).orElseThrow())
                        .filter(arm -> !arm.matches(ARM))
                        .findFirst()
                        .map(("must hold arms such as real+generated, of real, procedural, cut-paste, generated and"
                                        + " generated@RUN; %s is none")
                                ::formatted);
    }
}
