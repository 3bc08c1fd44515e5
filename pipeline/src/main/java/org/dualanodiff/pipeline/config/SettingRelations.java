package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.dualanodiff.pipeline.config.PipelineConfig.Limit;

/** Rules between settings, each of which is sound by itself. */
final class SettingRelations {

    /** {@code keys} are the settings that a rule reads, the first is the one to change. */
    private record Relation(List<String> keys, Function<Config, Optional<String>> complaint) {}

    private static final List<Relation> RELATIONS = List.of(
            new Relation(List.of("generation.pairs-per-task", "generation.batch-size"), SettingRelations::wholeBatches),
            new Relation(
                    List.of("training.micro-batch-size", "training.batch-size"), SettingRelations::wholeMicroBatches),
            new Relation(
                    List.of("compute.generation-precision", "compute.precision", "compute.device"),
                    SettingRelations::halfPrecisionOnGpus),
            new Relation(List.of("log.file", "log.format"), SettingRelations::fileIsJson),
            new Relation(List.of("mask.saliency-model", "mask.method"), SettingRelations::saliencyModelGiven),
            new Relation(List.of("mask.min-change", "generation.background"), SettingRelations::changeOfGoodImages),
            new Relation(
                    List.of("generation.anchor-until", "generation.anchor-from"), SettingRelations::anchorsInOrder),
            onlyWithDpmSolver("generation.karras-sigmas"),
            onlyWithDpmSolver("generation.final-sigma-zero"),
            new Relation(List.of("mask.low", "mask.high"), SettingRelations::thresholdsInOrder),
            new Relation(List.of("dataset.split-files", "dataset.split"), SettingRelations::listHasFile),
            new Relation(List.of("evaluate.allowed-loss", "evaluate.arms"), SettingRelations::lossHasArms),
            new Relation(
                    List.of("background.mode", "background.on", "background.auto", "dataset.crop"),
                    SettingRelations::compensationSeesWholeImages));

    private SettingRelations() {}

    /** What is broken among those of the settings that are sound and have a value. */
    static List<Problem> problems(Config effective, List<String> sound) {
        return RELATIONS.stream()
                .filter(relation -> sound.containsAll(relation.keys())
                        && relation.keys().stream().allMatch(effective::hasPath))
                .flatMap(relation -> broken(relation, effective).stream())
                .toList();
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

    private static Optional<String> anchorsInOrder(Config config) {
        double until = config.getDouble("generation.anchor-until");
        double from = config.getDouble("generation.anchor-from");
        return until <= from
                ? Optional.empty()
                : Optional.of("generation.anchor-until must be at most generation.anchor-from, was %s and %s"
                        .formatted(
                                config.getString("generation.anchor-until"),
                                config.getString("generation.anchor-from")));
    }

    private static Optional<String> saliencyModelGiven(Config config) {
        boolean missing = config.getString("mask.method").equals("saliency")
                && config.getString("mask.saliency-model").isBlank();
        return missing
                ? Optional.of("mask.saliency-model must name a TorchScript file when mask.method is saliency")
                : Optional.empty();
    }

    /** Training on a CPU works, and would take its hours before the first pair fails. */
    private static Optional<String> halfPrecisionOnGpus(Config config) {
        String own = config.getString("compute.generation-precision");
        String precision = own.equals(PipelineConfig.OrAuto.WORD) ? config.getString("compute.precision") : own;
        return precision.equals("fp16") && config.getString("compute.device").equals("cpu")
                ? Optional.of("compute.precision and compute.generation-precision must not be fp16 when compute.device"
                        + " is cpu: fp16 is for GPUs; on a CPU take bf16 or fp32")
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
        int micro = PipelineConfig.OrAuto.whole(config.getConfig("training"), "micro-batch-size");
        int batch = AdapterTrainingConfig.batchSize(
                PipelineConfig.OrAuto.whole(config.getConfig("training"), "batch-size"), false);
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
        String wanted = GenerationConfig.DPM_SOLVER;
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

    /** Else nothing would be compared, and the loss allowed whatever it is. */
    private static Optional<String> lossHasArms(Config config) {
        List<String> arms = config.getStringList("evaluate.arms");
        boolean together = arms.stream()
                .map(arm -> List.of(arm.split("[+>]")))
                .anyMatch(sources -> sources.contains("real")
                        && sources.stream().anyMatch(source -> source.startsWith("generated")));
        return config.getDouble("evaluate.allowed-loss") == 1 || together && arms.contains("real")
                ? Optional.empty()
                : Optional.of("evaluate.allowed-loss must be 1 unless evaluate.arms holds real and an arm such as"
                        + " real+generated, was %s".formatted(config.getString("evaluate.allowed-loss")));
    }

    private static Optional<String> listHasFile(Config config) {
        boolean list = config.getString("dataset.split").equals("list");
        boolean lacking = config.getString("dataset.split-files").isBlank();
        if (list && lacking) {
            return Optional.of("dataset.split-files must name a JSON file {category: {defect: [file names]}}"
                    + " when dataset.split is list");
        }
        return list || lacking
                ? Optional.empty()
                : Optional.of("dataset.split-files counts only when dataset.split is list, was %s"
                        .formatted(config.getString("dataset.split")));
    }
}
