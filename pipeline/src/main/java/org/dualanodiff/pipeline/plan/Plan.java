package org.dualanodiff.pipeline.plan;

import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * What is to be done so that nothing is missing.
 *
 * @param train adapters to be trained, before the samples that need them
 * @param generate samples to be made
 * @param unusable sets left out
 * @param units counts of each usable set, whether there is anything to do for it or not
 */
public record Plan(
        List<TrainUnit> train, List<GenerateUnit> generate, List<Unusable> unusable, List<UnitCounts> units) {
    public Plan {
        train = List.copyOf(train);
        generate = List.copyOf(generate);
        unusable = List.copyOf(unusable);
        units = List.copyOf(units);
    }

    /** Whether everything is there already. */
    public boolean isEmpty() {
        return train.isEmpty() && generate.isEmpty();
    }

    public int samplesToGenerate() {
        return units.stream().mapToInt(UnitCounts::toGenerate).sum();
    }

    /** The plan for people: a line for each set. */
    public List<String> summary() {
        return Stream.concat(
                        units.stream().map(UnitCounts::line),
                        unusable.stream()
                                .map(set ->
                                        "%s/%s: left out: %s".formatted(set.category(), set.defect(), set.reason())))
                .toList();
    }

    /**
     * One usable set.
     *
     * @param adapter the adapter that draws it, published or still to be trained
     * @param existing samples that the run already has, those above the target included
     * @param toGenerate samples to be made
     */
    public record UnitCounts(AdapterId adapter, boolean train, int existing, int toGenerate) {
        String line() {
            return "%s/%s: train %s, %d existing, %d to generate"
                    .formatted(adapter.category(), adapter.defect(), train ? "yes" : "no", existing, toGenerate);
        }
    }
}
