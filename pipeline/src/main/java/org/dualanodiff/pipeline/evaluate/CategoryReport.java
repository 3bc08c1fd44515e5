package org.dualanodiff.pipeline.evaluate;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
        List<Verdict> verdicts,
        List<GenerationFigures> generation,
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
            String category, List<Arm> arms, List<ArmResult> results, List<GenerationFigures> generation) {
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

    private static List<Verdict> verdicts(String category, List<Arm> arms, Map<String, ArmSummary> summaries) {
        List<Verdict> verdicts = new ArrayList<>();
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

    private static Optional<Verdict> verdict(String category, String figure, ArmSummary with, ArmSummary without) {
        if (without == null
                || !with.noTwin().containsKey(figure)
                || !without.noTwin().containsKey(figure)) {
            return Optional.empty();
        }
        return Optional.of(Verdict.of(
                category,
                with.arm(),
                without.arm(),
                figure,
                without.noTwin().get(figure),
                with.noTwin().get(figure)));
    }
}
