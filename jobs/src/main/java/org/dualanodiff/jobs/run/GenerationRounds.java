package org.dualanodiff.jobs.run;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.dualanodiff.jobs.spark.GenerateJob;
import org.dualanodiff.pipeline.generate.GenerateResult;
import org.dualanodiff.pipeline.generate.GenerateTask;
import org.dualanodiff.pipeline.plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.QualityProfile;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.PublishedAdapter;

/**
 * Generates until there are as many good pairs as wanted: plans, generates, looks at the verdicts and plans again. Each
 * round makes exactly as many pairs as good ones are lacking, so that a run ends with the same indices however it was
 * interrupted; with a third rejected, a thousand pairs take some six rounds, the last of them of a few pairs each.
 */
final class GenerationRounds {

    private final RunInputs inputs;
    private final String runId;
    private final Map<AdapterId, PublishedAdapter> adapters;
    private final GenerateJob job;
    private final QualityProfiles profiles;
    private final List<GenerateResult> results = new ArrayList<>();
    private final Set<UnitKey> failed = new HashSet<>();

    /** @param adapters those in the store; units of others are left out */
    GenerationRounds(
            RunInputs inputs,
            String runId,
            Map<AdapterId, PublishedAdapter> adapters,
            GenerateJob job,
            QualityProfiles profiles) {
        this.inputs = inputs;
        this.runId = runId;
        this.adapters = adapters;
        this.job = job;
        this.profiles = profiles;
    }

    /** @param replan what is missing after a round */
    List<GenerateResult> run(Plan plan, Supplier<Plan> replan) {
        List<GenerateUnit> units = possible(plan);
        while (!units.isEmpty()) {
            generate(units);
            List<GenerateUnit> next = possible(replan.get());
            // Nothing has come of a round that says it succeeded; another would not help.
            units = next.equals(units) ? List.of() : next;
        }
        return results;
    }

    private void generate(List<GenerateUnit> units) {
        profiles.learn(units.stream().map(GenerationRounds::key).toList());
        List<GenerateTask> tasks = new ArrayList<>();
        for (GenerateUnit unit : units) {
            Optional<String> error = profiles.error(key(unit));
            error.ifPresentOrElse(
                    text -> add(GenerateResult.failed(unit, 0, "quality gate: " + text)), () -> tasks.add(task(unit)));
        }
        job.run(tasks).forEach(this::add);
    }

    private void add(GenerateResult result) {
        results.add(result);
        if (!result.succeeded()) {
            failed.add(key(result.unit()));
        }
    }

    /** A unit that failed is not tried again in this command. */
    private List<GenerateUnit> possible(Plan plan) {
        return plan.generate().stream()
                .filter(unit -> adapters.containsKey(unit.adapterId()) && !failed.contains(key(unit)))
                .toList();
    }

    private static UnitKey key(GenerateUnit unit) {
        return new UnitKey(unit.category(), unit.defect());
    }

    private GenerateTask task(GenerateUnit unit) {
        QualityProfile profile = profiles.of(key(unit));
        return new GenerateTask(
                runId,
                unit,
                adapters.get(unit.adapterId()),
                inputs.background(unit.category()),
                inputs.anchors(unit.category()),
                inputs.crops(
                        inputs.dataset().set(unit.category(), unit.defect()).orElseThrow()),
                inputs.settings().prompt(unit.category(), unit.defect()),
                inputs.settings().config().prompt().negative(),
                inputs.settings().sampling(inputs.background(unit.category()) != null),
                inputs.settings().mask(Optional.ofNullable(profile.levels())),
                inputs.settings().refinement(),
                inputs.settings().change(),
                inputs.settings().config().generation().seed(),
                profile,
                inputs.settings().config().quality().keepRejectedPixels());
    }
}
