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
                generate.addAll(generateUnits(unit.adapter(), missing(set, input), input.target()));
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
                missing(set, input).cardinality());
    }

    private static BitSet missing(TrainingSet set, PlanInput input) {
        BitSet missing = new BitSet();
        missing.set(0, endOfWanted(input.target(), input.rejected(set.key())));
        missing.andNot(input.existing(set.key()));
        return missing;
    }

    private static int endOfWanted(SampleTarget target, BitSet rejected) {
        int end = target.samplesPerDefect();
        int good = end - rejected.get(0, end).cardinality();
        while (good < target.samplesPerDefect() && end < target.attempts()) {
            good += rejected.get(end) ? 0 : 1;
            end++;
        }
        return end;
    }

    /** Cuts at block boundaries; a unit begins at a block that lacks something, so long stretches cost no task. */
    private static List<GenerateUnit> generateUnits(AdapterId adapter, BitSet missing, SampleTarget target) {
        List<GenerateUnit> units = new ArrayList<>();
        int next = missing.nextSetBit(0);
        while (next >= 0) {
            int first = target.blockStart(next);
            int limit = Math.addExact(first, target.indicesPerTask());
            int end = target.blockEnd(missing.previousSetBit(limit - 1));
            int[] indices = missing.get(first, limit).stream()
                    .map(offset -> first + offset)
                    .toArray();
            units.add(
                    new GenerateUnit(adapter.category(), adapter.defect(), adapter.fingerprint(), first, end, indices));
            next = missing.nextSetBit(limit);
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
