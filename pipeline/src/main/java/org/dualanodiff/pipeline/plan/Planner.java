package org.dualanodiff.pipeline.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.AdapterRecipe.TrainingSet;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.plan.Plan.Unusable;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * Finds what is missing: adapters that were not published, and sample indices that the run lacks.
 *
 * <p>Wanted are the lowest indices among which there are as many good samples as the target says. Those that are missing
 * are taken for good ones; planned again when they are made, the plan holds one more index for each that was rejected. So
 * a run ends with the same indices whatever was made when. Samples above the target stay as they are.
 */
public final class Planner {
    private Planner() {}

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
            if (sets.stream().map(TrainingSet::unit).distinct().count() < sets.size()) {
                throw new IllegalArgumentException("a (category, defect) is planned twice: " + sets);
            }
        }

        private BitSet existing(TrainingSet set) {
            return existing.getOrDefault(set.unit(), new BitSet());
        }

        private BitSet rejected(TrainingSet set) {
            return rejected.getOrDefault(set.unit(), new BitSet());
        }
    }

    /** The plan, in the order of the input's sets. */
    public static Plan plan(PlanInput input) {
        List<Plan.Unit> units = new ArrayList<>();
        List<Unusable> unusable = new ArrayList<>();
        for (TrainingSet set : input.sets()) {
            if (set.usable() > 0) {
                AdapterId adapter = input.recipe().adapterOf(set);
                BitSet existing = input.existing(set);
                BitSet missing = missing(existing, input.rejected(set), input.target());
                boolean train = !input.published().contains(adapter);
                units.add(new Plan.Unit(adapter, train, existing.cardinality(), missing.cardinality()));
            } else {
                unusable.add(new Unusable(set.unit(), reason(set)));
            }
        }
        return new Plan(units, unusable);
    }

    /**
     * What one (category, defect) lacks: the blocks that hold a missing index, each without what is there. A block is denoised
     * as a whole in any case, so all of it is kept; what lies beyond the wanted indices is there if it is needed next. Cut at block
     * boundaries; each begins at a block that lacks something, so long stretches cost no task.
     */
    public static List<GenerateUnit> units(AdapterId adapter, BitSet existing, BitSet rejected, SampleTarget target) {
        BitSet missing = missing(existing, rejected, target);
        BitSet blocks = new BitSet();
        for (int next = missing.nextSetBit(0); next >= 0; next = missing.nextSetBit(target.blockEnd(next))) {
            blocks.set(target.blockStart(next), target.blockEnd(next));
        }
        blocks.andNot(existing);
        List<GenerateUnit> units = new ArrayList<>();
        int next = blocks.nextSetBit(0);
        while (next >= 0) {
            int first = target.blockStart(next);
            int limit = Math.addExact(first, target.indicesPerTask());
            int end = target.blockEnd(blocks.previousSetBit(limit - 1));
            List<Integer> indices = blocks.get(first, limit).stream()
                    .mapToObj(offset -> first + offset)
                    .toList();
            units.add(new GenerateUnit(adapter, first, end, indices));
            next = blocks.nextSetBit(limit);
        }
        return units;
    }

    private static BitSet missing(BitSet existing, BitSet rejected, SampleTarget target) {
        BitSet missing = new BitSet();
        missing.set(0, target.end(rejected));
        missing.andNot(existing);
        return missing;
    }

    private static String reason(TrainingSet set) {
        return set.quarantined() == 0
                ? "no training image"
                : "no usable training image: all %d are in quarantine".formatted(set.quarantined());
    }
}
