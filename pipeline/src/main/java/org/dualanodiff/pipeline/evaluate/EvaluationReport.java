package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.evaluate.EvaluationPlan.EvaluationSettings;
import org.dualanodiff.pipeline.evaluate.ArmSummary.ArmComparison;
import java.util.Optional;
import java.util.Map;
import java.util.LinkedHashMap;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.ArmResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * An evaluation as its JSON file holds it.
 *
 * @param runId the run whose pairs {@code generated} stands for
 * @param productVersion that measured
 */
public record EvaluationReport(
        String runId,
        Instant createdAt,
        String productVersion,
        EvaluationSettings settings,
        List<CategoryReport> categories) {

    /** @param arms in the order wanted in tables */
    public static EvaluationReport of(
            String runId,
            String productVersion,
            EvaluationSettings settings,
            List<Arm> arms,
            List<ArmResult> results,
            List<GenerationMetrics> generation) {
        TreeMap<String, List<ArmResult>> byCategory =
                results.stream().collect(Collectors.groupingBy(ArmResult::category, TreeMap::new, Collectors.toList()));
        List<CategoryReport> categories = new ArrayList<>();
        byCategory.forEach((category, own) -> categories.add(CategoryReport.of(
                category,
                arms,
                own,
                generation.stream()
                        .filter(one -> one.category().equals(category))
                        .toList())));
        return new EvaluationReport(runId, Instant.now(), productVersion, settings, categories);
    }

    /** All verdicts, category by category. */
    public List<ArmComparison> verdicts() {
        return categories.stream()
                .flatMap(category -> category.verdicts().stream())
                .toList();
    }

    /** Detectors that could not be trained or tested. */
    public int failed() {
        return categories.stream()
                .flatMap(category -> category.arms().stream())
                .mapToInt(arm -> arm.errors().size())
                .sum();
    }

    /**
     * Categories in which real and generated pairs together lose more pixel AP against real ones alone than is allowed.
     *
     * @param allowed loss, 0 to 1
     */
    public List<ArmComparison> losses(double allowed) {
        return verdicts().stream()
                .filter(verdict -> verdict.baseline().equals("real"))
                .filter(verdict -> verdict.figure().equals(ArmSummary.PIXEL_AP))
                .filter(verdict -> verdict.gain() < -allowed)
                .toList();
    }

    /**
     * What was found for one category.
     *
     * @param arms in the order in which they were asked for
     * @param verdicts one for each arm with generated pairs and each figure that is compared
     * @param generation how the generated pairs look by themselves
     * @param results every detector, with all its figures
     * @param cases of the first arm's first seed and so on, by arm: every defective test image, best located first
     */
    public record CategoryReport(
            String category,
            List<ArmSummary> arms,
            List<ArmComparison> verdicts,
            List<GenerationMetrics> generation,
            List<SeedFigures> results,
            Map<String, List<CaseScore>> cases) {

        /** One detector. */
        public record SeedFigures(
                String arm,
                long seed,
                SubsetFigures all,
                SubsetFigures noTwin,
                ArmResult.Classification classification,
                double finalLoss,
                double seconds,
                String error) {}

        /** Sentences for people: verdicts first, then what failed, then the generated pairs by themselves. */
        public List<String> remarks() {
            List<String> remarks = new ArrayList<>();
            verdicts.forEach(verdict -> remarks.add(verdict.sentence()));
            for (ArmSummary arm : arms) {
                arm.errors().forEach(error -> remarks.add("%s, %s failed: %s".formatted(category, arm.arm(), error)));
            }
            generation.forEach(one -> remarks.add(one.sentence()));
            return remarks;
        }

        /** @param arms in the order wanted */
        static CategoryReport of(
                String category, List<Arm> arms, List<ArmResult> results, List<GenerationMetrics> generation) {
            Map<String, ArmSummary> summaries = new LinkedHashMap<>();
            for (Arm arm : arms) {
                List<ArmResult> own = results.stream()
                        .filter(result -> result.arm().equals(arm.name()))
                        .toList();
                summaries.put(arm.name(), ArmSummary.of(arm.name(), own));
            }
            Map<String, List<CaseScore>> cases = new LinkedHashMap<>();
            results.stream()
                    .filter(result -> !result.cases().isEmpty())
                    .forEach(result -> cases.put(result.arm(), result.cases()));
            return new CategoryReport(
                    category,
                    List.copyOf(summaries.values()),
                    verdicts(category, arms, summaries),
                    generation,
                    results.stream().map(CategoryReport::figures).toList(),
                    cases);
        }

        private static SeedFigures figures(ArmResult result) {
            return new SeedFigures(
                    result.arm(),
                    result.seed(),
                    result.all(),
                    result.noTwin(),
                    result.classification(),
                    result.finalLoss(),
                    result.seconds(),
                    result.error());
        }

        private static List<ArmComparison> verdicts(String category, List<Arm> arms, Map<String, ArmSummary> summaries) {
            List<ArmComparison> verdicts = new ArrayList<>();
            for (Arm arm : arms) {
                if (arm.uses(Arm.Kind.GENERATED)) {
                    String baseline = arm.uses(Arm.Kind.REAL) ? "real" : "cut-paste";
                    for (String figure : List.of(ArmSummary.PIXEL_AP, ArmSummary.IMAGE_AUROC)) {
                        verdict(category, figure, summaries.get(arm.name()), summaries.get(baseline))
                                .ifPresent(verdicts::add);
                    }
                }
            }
            return verdicts;
        }

        private static Optional<ArmComparison> verdict(String category, String figure, ArmSummary with, ArmSummary without) {
            if (without == null
                    || !with.noTwin().containsKey(figure)
                    || !without.noTwin().containsKey(figure)) {
                return Optional.empty();
            }
            return Optional.of(ArmComparison.of(
                    category,
                    with.arm(),
                    without.arm(),
                    figure,
                    without.noTwin().get(figure),
                    with.noTwin().get(figure)));
        }
    }
}
