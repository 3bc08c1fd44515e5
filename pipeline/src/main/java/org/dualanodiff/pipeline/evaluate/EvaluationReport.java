package org.dualanodiff.pipeline.evaluate;

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
            List<GenerationFigures> generation) {
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
    public List<Verdict> verdicts() {
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
    public List<Verdict> losses(double allowed) {
        return verdicts().stream()
                .filter(verdict -> verdict.baseline().equals("real"))
                .filter(verdict -> verdict.figure().equals(ArmSummary.PIXEL_AP))
                .filter(verdict -> verdict.gain() < -allowed)
                .toList();
    }
}
