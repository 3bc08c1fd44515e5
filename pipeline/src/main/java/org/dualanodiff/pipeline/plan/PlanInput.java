package org.dualanodiff.pipeline.plan;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * What is wanted and what there is.
 *
 * @param sets the defect sets to augment, each (category, defect) once
 * @param published the adapters in the store; those of other recipes do no harm
 * @param existing the sample indices that the run already has, by unit; none where a unit is left out
 * @param rejected those of them that do not count, by unit
 */
public record PlanInput(
        List<TrainingSet> sets,
        AdapterRecipe recipe,
        SampleTarget target,
        Set<AdapterId> published,
        Map<UnitKey, BitSet> existing,
        Map<UnitKey, BitSet> rejected) {
    public PlanInput {
        sets = List.copyOf(sets);
        published = Set.copyOf(published);
        existing = Map.copyOf(existing);
        rejected = Map.copyOf(rejected);
        if (sets.stream().map(TrainingSet::key).distinct().count() < sets.size()) {
            throw new IllegalArgumentException("a (category, defect) is planned twice: " + sets);
        }
    }

    /** With every existing sample a good one. */
    public PlanInput(
            List<TrainingSet> sets,
            AdapterRecipe recipe,
            SampleTarget target,
            Set<AdapterId> published,
            Map<UnitKey, BitSet> existing) {
        this(sets, recipe, target, published, existing, Map.of());
    }

    BitSet rejected(UnitKey key) {
        return rejected.getOrDefault(key, new BitSet());
    }

    BitSet existing(UnitKey key) {
        return existing.getOrDefault(key, new BitSet());
    }
}
