package org.dualanodiff.pipeline.evaluate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.config.EvaluationConfig.Budget;
import org.dualanodiff.pipeline.evaluate.ArmSummary.Comparison;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.CaseScore;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.Measured;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.Result;

/**
 * An evaluation as its JSON file holds it.
 *
 * @param runId the run whose pairs {@code generated} stands for
 * @param productVersion that measured
 * @param settings of every arm alike
 */
public record EvaluationReport(
        String runId, Instant createdAt, String productVersion, Budget settings, List<Category> categories) {

    /** @param arms in the order wanted in tables */
    public static EvaluationReport of(
            String runId,
            String productVersion,
            Budget settings,
            List<Arm> arms,
            List<Result> results,
            List<GenerationMetrics> generation) {
        List<Category> categories = results.stream()
                .map(Result::category)
                .distinct()
                .sorted()
                .map(category -> Category.of(
                        category,
                        arms,
                        results.stream()
                                .filter(result -> result.category().equals(category))
                                .toList(),
                        generation.stream()
                                .filter(one -> one.category().equals(category))
                                .toList()))
                .toList();
        return new EvaluationReport(runId, Instant.now(), productVersion, settings, categories);
    }

    /** All verdicts, category by category. */
    public List<Comparison> verdicts() {
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
    public List<Comparison> losses(double allowed) {
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
     * @param verdicts one for each arm with generated pairs and each metric that is compared
     * @param generation how the generated pairs look by themselves
     * @param results every detector, with all its metrics
     * @param cases of the first arm's first seed and so on, by arm: every defective test image, best located first
     */
    public record Category(
            String category,
            List<ArmSummary> arms,
            List<Comparison> verdicts,
            List<GenerationMetrics> generation,
            List<Measured> results,
            Map<String, List<CaseScore>> cases) {

        private static Category of(
                String category, List<Arm> arms, List<Result> results, List<GenerationMetrics> generation) {
            List<Measured> measured = results.stream().map(Result::measured).toList();
            Map<String, ArmSummary> summaries = new LinkedHashMap<>();
            arms.forEach(arm -> summaries.put(
                    arm.name(),
                    ArmSummary.of(
                            arm.name(),
                            measured.stream()
                                    .filter(one -> one.arm().equals(arm.name()))
                                    .toList())));
            Map<String, List<CaseScore>> cases = new LinkedHashMap<>();
            results.stream()
                    .filter(result -> !result.cases().isEmpty())
                    .forEach(result -> cases.put(result.measured().arm(), result.cases()));
            return new Category(
                    category,
                    List.copyOf(summaries.values()),
                    arms.stream()
                            .filter(arm -> arm.uses(Arm.Kind.GENERATED))
                            .flatMap(arm -> verdicts(category, arm, summaries))
                            .toList(),
                    generation,
                    measured,
                    cases);
        }

        private static Stream<Comparison> verdicts(String category, Arm arm, Map<String, ArmSummary> summaries) {
            ArmSummary with = summaries.get(arm.name());
            return Stream.concat(arm.uses(Arm.Kind.REAL) ? Stream.of("real") : Stream.empty(), Stream.of(arm.pasted()))
                    .filter(summaries::containsKey)
                    .flatMap(without -> ArmSummary.COMPARED.stream()
                            .map(metric -> Comparison.of(category, metric, with, summaries.get(without)))
                            .flatMap(Optional::stream));
        }

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
    }
}
