package org.dualanodiff.pipeline.config;

import static org.dualanodiff.pipeline.config.Check.anyText;
import static org.dualanodiff.pipeline.config.Check.block;
import static org.dualanodiff.pipeline.config.Check.filledText;
import static org.dualanodiff.pipeline.config.Check.flag;
import static org.dualanodiff.pipeline.config.Check.interval;
import static org.dualanodiff.pipeline.config.Check.matching;
import static org.dualanodiff.pipeline.config.Check.names;
import static org.dualanodiff.pipeline.config.Check.number;
import static org.dualanodiff.pipeline.config.Check.numberOr;
import static org.dualanodiff.pipeline.config.Check.oneOf;
import static org.dualanodiff.pipeline.config.Check.positive;
import static org.dualanodiff.pipeline.config.Check.wholeNumber;
import static org.dualanodiff.pipeline.config.Check.wholeNumberOr;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** What every setting must be: one line a setting, and a few rules between settings. */
final class ConfigRules {
    private static final String COUNT = "[1-9][0-9]{0,5}|1000000";
    private static final String RUN = "[A-Za-z0-9._-]{1,100}";
    private static final String SOURCE = "(real|procedural|cut-paste|generated(@" + RUN + "(," + RUN + ")*)?)";
    private static final String ARM = SOURCE + "(\\+" + SOURCE + ")*";
    private static final long MANY = 10_000_000;

    /** A setting and what it must be. */
    private record Rule(String key, Check check) {}

    /** A rule between settings: {@code keys} are those it reads, the first is the one to change. */
    private record Relation(List<String> keys, Function<Config, Optional<String>> complaint) {}

    private static final List<Rule> RULES = List.of(
            rule(
                    "base-model",
                    matching("a path, a URI or builtin:NAME", "(?!builtin:).*\\S.*|builtin:[A-Za-z0-9._-]+")),
            rule("dataset.root", matching("a path, a URI or builtin:samples", "(?!builtin:).*\\S.*|builtin:samples")),
            rule(
                    "dataset.format",
                    oneOf(List.of(
                            "auto", "mvtec", "visa", "folder", "coco", "jsonl", "yolo", "labelme", "labelstudio"))),
            rule(
                    "dataset.mask-level",
                    matching("auto or a grey level 1..255", "auto|[1-9][0-9]?|1[0-9][0-9]|2[0-4][0-9]|25[0-5]")),
            rule("dataset.bit-depth", matching("auto or a number of bits 8..16", "auto|[89]|1[0-6]")),
            rule("dataset.allow-outside", flag()),
            rule("dataset.categories", names()),
            rule("dataset.defects", names()),
            rule("dataset.split", matching("first-third, list or a number 1..1000000", "first-third|list|" + COUNT)),
            rule("dataset.split-files", anyText()),
            rule("dataset.crop", oneOf(List.of("whole", "defect"))),
            rule("dataset.crop-margin", number(0, 10)),
            rule("dataset.crop-jitter", number(0, 0.5)),
            rule("dataset.crops-per-image", wholeNumber(1, 1000)),
            rule(
                    "resolution",
                    matching("auto or a multiple of 8, 16..2048", "auto|" + COUNT)
                            .and(ConfigRules::edge)),
            rule("prompt.global", filledText()),
            rule("prompt.anomaly", filledText()),
            rule("prompt.negative", anyText()),
            rule("training.init", oneOf(List.of("auto", "cold", "warm"))),
            rule("training.steps", wholeNumber(1, MANY)),
            rule("training.batch-size", wholeNumberOr("auto", 1, 1024)),
            rule("training.micro-batch-size", wholeNumberOr("auto", 0, 1024)),
            rule("training.recompute", flag()),
            rule("training.learning-rate", positive(1)),
            rule("training.schedule", oneOf(List.of("constant", "cosine"))),
            rule("training.defect-weight", numberOr(List.of("auto"), 1, 1000)),
            rule("training.part-ground", matching("grey or a color #rrggbb", "grey|#\\p{XDigit}{6}")),
            rule("training.weight-decay", number(0, 1)),
            rule("training.max-gradient-norm", positive(1_000_000)),
            rule("training.rank", wholeNumber(1, 1024)),
            rule("training.interaction", flag()),
            rule("training.shared-lora", flag()),
            rule("training.flips.horizontal", flag()),
            rule("training.flips.vertical", flag()),
            rule("training.checkpoint-every", wholeNumber(1, MANY)),
            rule("training.checkpoint-minutes", wholeNumber(0, 100_000)),
            rule("training.log-every", wholeNumber(1, MANY)),
            rule("background.mode", oneOf(List.of("off", "auto", "on"))),
            rule("background.on", names()),
            rule("background.auto", names()),
            rule("background.off", names()),
            rule("background.object-masks", anyText()),
            rule("background.scaled-latent", flag()),
            rule("generation.background", oneOf(List.of("generated", "anchored"))),
            rule("generation.place", oneOf(List.of("anywhere", "object"))),
            rule("generation.anchor-from", number(0, 1)),
            rule("generation.anchor-detail", flag()),
            rule("generation.samples-per-defect", wholeNumber(1, MANY)),
            rule("generation.seed", matching("auto or a whole number of at most 18 digits", "auto|-?[0-9]{1,18}")),
            rule("generation.sampler", oneOf(GenerationConfig.Sampler.settings())),
            rule("generation.karras-sigmas", flag()),
            rule("generation.final-sigma-zero", flag()),
            rule("generation.steps", wholeNumberOr("auto", 1, 1000)),
            rule("generation.guidance-scale", numberOr(List.of("auto"), 1, 100)),
            rule("generation.guidance-interval", interval(0, 1)),
            rule("generation.deep-cache-interval", wholeNumber(1, 1000)),
            rule("generation.batch-size", wholeNumber(1, 1024)),
            rule("generation.pairs-per-task", wholeNumber(1, 1_000_000)),
            rule("mask.method", oneOf(List.of("grey-distance", "attention", "saliency"))),
            rule("mask.low", numberOr(List.of("auto"), 0, 1)),
            rule("mask.high", numberOr(List.of("auto"), 0, 1)),
            rule("mask.threshold", number(0, 1)),
            rule("mask.saliency-model", anyText()),
            rule("mask.saliency-size", wholeNumber(16, 2048)),
            rule("mask.opening-radius", wholeNumber(0, 64)),
            rule("mask.closing-radius", wholeNumber(0, 64)),
            rule("mask.min-area", wholeNumber(0, MANY)),
            rule("mask.min-share", number(0, 1)),
            rule("mask.max-hole-area", wholeNumber(0, MANY)),
            rule("mask.min-change", number(0, 255)),
            rule("mask.refine-radius", wholeNumber(0, 64)),
            rule("mask.refine-epsilon", positive(1)),
            rule("quality.enabled", flag()),
            rule("quality.max-attempts", number(1, 1000)),
            rule("quality.keep-rejected-pixels", flag()),
            rule("quality.copy-overlap", number(0, 1)),
            rule("quality.min-mask-ratio", limit(1)),
            rule("quality.max-mask-ratio", limit(1)),
            rule("quality.max-components", limit(1_000_000)),
            rule("quality.max-outside-object", limit(1)),
            rule("quality.min-contrast", limit(255)),
            rule("quality.max-part-difference", limit(255)),
            rule("quality.max-clipped", limit(1)),
            rule("quality.min-deviation", limit(255)),
            rule("quality.min-window-margin", limit(1)),
            rule("quality.min-training-distance", limit(255)),
            rule("quality.min-accepted-distance", limit(255)),
            rule("store", filledText()),
            rule(
                    "run.id",
                    matching("auto or 1..100 of A-Z a-z 0-9 . _ - (not dots alone)", "(?!\\.+$)[A-Za-z0-9._-]{1,100}")),
            rule("run.file-megabytes", wholeNumber(1, 4096)),
            rule("run.lease.expire-seconds", wholeNumber(3, 86_400)),
            rule("run.lease.wait-seconds", wholeNumber(0, 1_000_000)),
            rule("seed", wholeNumber()),
            rule("compute.device", matching("auto, cpu, cuda or cuda:N", "auto|cpu|cuda(:[0-9]{1,3})?")),
            rule("compute.precision", oneOf(List.of("auto", "fp32", "bf16", "fp16"))),
            rule("compute.training-precision", oneOf(List.of("auto", "fp32", "bf16"))),
            rule("compute.generation-precision", oneOf(List.of("auto", "fp32", "bf16", "fp16"))),
            rule("compute.threads", wholeNumber(1, 1024)),
            rule("evaluate.arms", names().and(ConfigRules::arms)),
            rule("evaluate.seeds", wholeNumber(1, 1000)),
            rule("evaluate.size", matching("a multiple of 16, 16..2048", COUNT).and(ConfigRules::detectorSize)),
            rule("evaluate.channels", oneOf(List.of("1", "3"))),
            rule("evaluate.width", wholeNumber(1, 1024)),
            rule("evaluate.steps", wholeNumber(1, MANY)),
            rule("evaluate.batch-size", wholeNumber(2, 1024)),
            rule("evaluate.learning-rate", positive(1)),
            rule("evaluate.pairs-per-defect", wholeNumber(1, MANY)),
            rule("evaluate.classifier-steps", wholeNumber(0, MANY)),
            rule("evaluate.twins", anyText()),
            rule("evaluate.allowed-loss", number(0, 1)),
            rule("evaluate.networks.features", anyText()),
            rule("evaluate.networks.classes", anyText()),
            rule("evaluate.networks.distances", anyText()),
            rule("evaluate.networks.size", wholeNumber(8, 2048)),
            rule("log.format", oneOf(List.of("text", "json"))),
            rule("log.file", anyText()),
            rule("spark.master", filledText()),
            rule(SparkProperties.KEY, block()));

    private static final List<Relation> RELATIONS = List.of(
            new Relation(List.of("generation.pairs-per-task", "generation.batch-size"), ConfigRules::wholeBatches),
            new Relation(List.of("training.micro-batch-size", "training.batch-size"), ConfigRules::wholeMicroBatches),
            new Relation(List.of("log.file", "log.format"), ConfigRules::fileIsJson),
            new Relation(List.of("mask.saliency-model", "mask.method"), ConfigRules::saliencyModelGiven),
            new Relation(List.of("mask.min-change", "generation.background"), ConfigRules::changeOfGoodImages),
            onlyWithDpmSolver("generation.karras-sigmas"),
            onlyWithDpmSolver("generation.final-sigma-zero"),
            new Relation(List.of("mask.low", "mask.high"), ConfigRules::thresholdsInOrder),
            new Relation(List.of("dataset.split-files", "dataset.split"), ConfigRules::listHasFile),
            new Relation(
                    List.of("background.mode", "background.on", "background.auto", "dataset.crop"),
                    ConfigRules::compensationSeesWholeImages));

    private ConfigRules() {}

    /** The names of all settings. */
    static List<String> keys() {
        return RULES.stream().map(Rule::key).toList();
    }

    /** Wrong values and broken relations in the effective configuration. Settings without a value are passed over. */
    static List<Problem> problems(Config effective) {
        List<Problem> problems = new ArrayList<>(SparkProperties.problems(effective));
        List<String> sound = new ArrayList<>();
        for (Rule rule : RULES) {
            violation(rule, effective).ifPresentOrElse(problems::add, () -> sound.add(rule.key()));
        }
        RELATIONS.stream()
                .filter(relation -> sound.containsAll(relation.keys())
                        && relation.keys().stream().allMatch(effective::hasPath))
                .forEach(relation -> broken(relation, effective).ifPresent(problems::add));
        return problems;
    }

    private static Optional<Problem> violation(Rule rule, Config effective) {
        return valueOf(rule, effective)
                .flatMap(value -> rule.check()
                        .complaint(value)
                        .map(complaint -> Problem.of(value.origin(), rule.key(), complaint)));
    }

    private static Optional<ConfigValue> valueOf(Rule rule, Config effective) {
        return effective.hasPath(rule.key()) ? Optional.of(effective.getValue(rule.key())) : Optional.empty();
    }

    private static Optional<Problem> broken(Relation relation, Config effective) {
        return relation.complaint().apply(effective).map(complaint -> {
            String culprit = culprit(relation.keys(), effective);
            return Problem.of(effective.getValue(culprit).origin(), complaint);
        });
    }

    /** The first of {@code keys} that somebody set; the defaults keep the rules among themselves. */
    private static String culprit(List<String> keys, Config effective) {
        return keys.stream()
                .filter(key -> !ConfigLoader.isDefault(effective.getValue(key).origin()))
                .findFirst()
                .orElse(keys.get(0));
    }

    private static Optional<String> changeOfGoodImages(Config config) {
        boolean anchored = config.getString("generation.background").equals("anchored");
        return anchored || config.getDouble("mask.min-change") == 0
                ? Optional.empty()
                : Optional.of("mask.min-change must be 0 unless generation.background is anchored, was %s"
                        .formatted(config.getString("mask.min-change")));
    }

    private static Optional<String> edge(ConfigValue resolution) {
        String text = Check.scalar(resolution).orElseThrow();
        boolean fits = text.equals("auto") || isEdge(Integer.parseInt(text));
        return fits ? Optional.empty() : Optional.of("must be auto or a multiple of 8, 16..2048, was " + text);
    }

    private static boolean isEdge(int pixels) {
        return pixels >= 16 && pixels <= 2048 && pixels % 8 == 0;
    }

    private static Optional<String> detectorSize(ConfigValue size) {
        String text = Check.scalar(size).orElseThrow();
        boolean fits = Integer.parseInt(text) % 16 == 0 && Integer.parseInt(text) <= 2048;
        return fits ? Optional.empty() : Optional.of("must be a multiple of 16, 16..2048, was " + text);
    }

    private static Optional<String> arms(ConfigValue list) {
        List<String> wrong = ((ConfigList) list)
                .stream()
                        .map(value -> Check.scalar(value).orElseThrow())
                        .filter(arm -> !arm.matches(ARM))
                        .toList();
        return wrong.isEmpty()
                ? Optional.empty()
                : Optional.of("must hold arms such as real+generated, of real, procedural, cut-paste, generated and"
                        + " generated@RUN; %s is none".formatted(wrong.get(0)));
    }

    private static Optional<String> saliencyModelGiven(Config config) {
        boolean missing = config.getString("mask.method").equals("saliency")
                && config.getString("mask.saliency-model").isBlank();
        return missing
                ? Optional.of("mask.saliency-model must name a TorchScript file when mask.method is saliency")
                : Optional.empty();
    }

    private static Optional<String> fileIsJson(Config config) {
        boolean text = config.getString("log.format").equals("text");
        return text && !config.getString("log.file").isBlank()
                ? Optional.of("log.file must be empty unless log.format is json")
                : Optional.empty();
    }

    private static Optional<String> compensationSeesWholeImages(Config config) {
        boolean off = config.getString("background.mode").equals("off")
                && config.getStringList("background.on").isEmpty()
                && config.getStringList("background.auto").isEmpty();
        return off || config.getString("dataset.crop").equals("whole")
                ? Optional.empty()
                : Optional.of("background must be off for all categories when dataset.crop is defect: a crop around a"
                        + " defect does not show the product on its ground");
    }

    private static Optional<String> wholeMicroBatches(Config config) {
        int micro = OrAuto.whole(config.getConfig("training"), "micro-batch-size");
        int batch = AdapterTrainingConfig.batchSize(OrAuto.whole(config.getConfig("training"), "batch-size"), false);
        return micro <= 0 || batch % micro == 0
                ? Optional.empty()
                : Optional.of("training.micro-batch-size must divide training.batch-size, were %d and %d"
                        .formatted(micro, batch));
    }

    private static Optional<String> wholeBatches(Config config) {
        int pairs = config.getInt("generation.pairs-per-task");
        int batch = config.getInt("generation.batch-size");
        return pairs % batch == 0
                ? Optional.empty()
                : Optional.of("generation.pairs-per-task must be a multiple of generation.batch-size, were %d and %d"
                        .formatted(pairs, batch));
    }

    private static Relation onlyWithDpmSolver(String option) {
        String wanted = GenerationConfig.Sampler.DPM_SOLVER.setting();
        return new Relation(List.of(option, "generation.sampler"), config -> {
            String sampler = config.getString("generation.sampler");
            return !config.getBoolean(option) || sampler.equals(wanted)
                    ? Optional.empty()
                    : Optional.of("%s must be false unless generation.sampler is %s, were true and %s"
                            .formatted(option, wanted, sampler));
        });
    }

    private static Optional<String> thresholdsInOrder(Config config) {
        Limit lowest = Limit.parse(config.getString("mask.low"));
        Limit highest = Limit.parse(config.getString("mask.high"));
        if (lowest.isAuto() != highest.isAuto()) {
            return Optional.of("mask.low and mask.high must be numbers or auto together, were %s and %s"
                    .formatted(lowest.setting(), highest.setting()));
        }
        double low = lowest.orElse(0);
        double high = highest.orElse(1);
        return low <= high
                ? Optional.empty()
                : Optional.of("mask.low must be at most mask.high, were %s and %s".formatted(low, high));
    }

    private static Optional<String> listHasFile(Config config) {
        boolean lacking = config.getString("dataset.split").equals("list")
                && config.getString("dataset.split-files").isBlank();
        return lacking
                ? Optional.of("dataset.split-files must name a JSON file {category: {defect: [file names]}}"
                        + " when dataset.split is list")
                : Optional.empty();
    }

    private static Check limit(double max) {
        return numberOr(List.of("auto", "off"), 0, max);
    }

    private static Rule rule(String key, Check check) {
        return new Rule(key, check);
    }
}
