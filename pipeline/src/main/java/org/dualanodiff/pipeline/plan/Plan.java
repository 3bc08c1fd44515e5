package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * What is to be done so that nothing is missing.
 *
 * @param units counts of each usable set, whether there is anything to do for it or not
 * @param generate samples to be made, after the adapters that they need
 * @param unusable sets left out
 */
public record Plan(List<Unit> units, List<GenerateUnit> generate, List<Unusable> unusable) {
    public Plan {
        units = List.copyOf(units);
        generate = List.copyOf(generate);
        unusable = List.copyOf(unusable);
    }

    /** Adapters to be trained. */
    public List<AdapterId> train() {
        return units.stream().filter(Unit::train).map(Unit::adapter).toList();
    }

    /** Whether everything is there already. */
    public boolean isEmpty() {
        return train().isEmpty() && generate.isEmpty();
    }

    public int samplesToGenerate() {
        return units.stream().mapToInt(Unit::toGenerate).sum();
    }

    /** The plan for people: a line for each set. */
    public List<String> summary() {
        return Stream.concat(
                        units.stream().map(Unit::line),
                        unusable.stream().map(set -> "%s: left out: %s".formatted(set.unit(), set.reason())))
                .toList();
    }

    /**
     * One usable set.
     *
     * @param adapter the adapter that draws it, published or still to be trained
     * @param existing samples that the run already has, those above the target included
     * @param toGenerate samples to be made
     */
    public record Unit(AdapterId adapter, boolean train, int existing, int toGenerate) {
        String line() {
            return "%s: train %s, %d existing, %d to generate"
                    .formatted(adapter.unit(), train ? "yes" : "no", existing, toGenerate);
        }
    }

    /** A set that nothing can be learned from, and why. */
    public record Unusable(UnitKey unit, String reason) {}

    /**
     * Samples to be generated: one Spark task on one GPU.
     *
     * @param firstIndex where the unit begins, at a block's first index
     * @param endIndex where it ends (exclusive), at a block's end; other units of the plan lie outside this range
     * @param missing the indices in it to be produced, ascending, at least one; the others exist or are not wanted
     */
    public record GenerateUnit(AdapterId adapter, int firstIndex, int endIndex, List<Integer> missing)
            implements Serializable {
        public GenerateUnit {
            missing = List.copyOf(missing);
        }

        public UnitKey unit() {
            return adapter.unit();
        }
    }
}
