package org.dualanodiff.pipeline.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
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

    /** The plan, in the order of the input's sets and of the sample indices. */
    public static Plan plan(PlanInput input) {
        List<TrainUnit> train = new ArrayList<>();
        List<GenerateUnit> generate = new ArrayList<>();
        List<Plan.UnitCounts> counts = new ArrayList<>();
        for (TrainingSet set : input.sets()) {
            if (set.usable() > 0) {
                Plan.UnitCounts unit = count(set, input);
                counts.add(unit);
                if (unit.train()) {
                    train.add(new TrainUnit(
                            set.category(), set.defect(), unit.adapter().fingerprint()));
                }
                generate.addAll(
                        units(unit.adapter(), input.existing(set.key()), input.rejected(set.key()), input.target()));
            }
        }
        return new Plan(train, generate, unusable(input.sets()), counts);
    }

    private static Plan.UnitCounts count(TrainingSet set, PlanInput input) {
        AdapterId adapter = input.recipe().adapterOf(set);
        return new Plan.UnitCounts(
                adapter,
                !input.published().contains(adapter),
                input.existing(set.key()).cardinality(),
                missing(input.existing(set.key()), input.rejected(set.key()), input.target())
                        .cardinality());
    }

    /**
     * What one (category, defect) lacks: the blocks that hold a missing index, each without what is there. A block is denoised
     * as a whole in any case, so all of it is kept; what lies beyond the wanted indices is there if it is needed next.
     */
    public static List<GenerateUnit> units(AdapterId adapter, BitSet existing, BitSet rejected, SampleTarget target) {
        return generateUnits(adapter, missing(existing, rejected, target), existing, target);
    }

    private static BitSet missing(BitSet existing, BitSet rejected, SampleTarget target) {
        BitSet missing = new BitSet();
        missing.set(0, target.end(rejected));
        missing.andNot(existing);
        return missing;
    }

    /** Cuts at block boundaries; a unit begins at a block that lacks something, so long stretches cost no task. */
    private static List<GenerateUnit> generateUnits(
            AdapterId adapter, BitSet missing, BitSet existing, SampleTarget target) {
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
            int[] indices = blocks.get(first, limit).stream()
                    .map(offset -> first + offset)
                    .toArray();
            units.add(
                    new GenerateUnit(adapter.category(), adapter.defect(), adapter.fingerprint(), first, end, indices));
            next = blocks.nextSetBit(limit);
        }
        return units;
    }

    private static List<Unusable> unusable(List<TrainingSet> sets) {
        return sets.stream()
                .filter(set -> set.usable() <= 0)
                .map(set -> new Unusable(set.category(), set.defect(), reason(set)))
                .toList();
    }

    private static String reason(TrainingSet set) {
        return set.quarantined() == 0
                ? "no training image"
                : "no usable training image: all %d are in quarantine".formatted(set.quarantined());
    }
}
