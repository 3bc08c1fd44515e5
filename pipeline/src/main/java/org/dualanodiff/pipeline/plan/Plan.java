package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * What is to be done so that nothing is missing.
 *
 * @param units counts of each usable set, whether there is anything to do for it or not
 * @param unusable sets left out
 */
public record Plan(List<Unit> units, List<Unusable> unusable) {
    public Plan {
        units = List.copyOf(units);
        unusable = List.copyOf(unusable);
    }

    /** Adapters to be trained. */
    public List<AdapterId> train() {
        return units.stream().filter(Unit::train).map(Unit::adapter).toList();
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

    /**
     * How many samples there shall be, and how the work is cut.
     *
     * @param samplesPerDefect good samples wanted of each (category, defect), those with the lowest indices
     * @param blockSize samples the model draws at once ({@code generation.batch-size}); blocks begin at its multiples
     * @param pairsPerTask the most indices a task may span; rounded down to whole blocks
     * @param attempts indices 0 (inclusive) to this (exclusive) may be tried
     */
    public record SampleTarget(int samplesPerDefect, int blockSize, int pairsPerTask, int attempts) {
        public SampleTarget {
            require(samplesPerDefect >= 0, "samples-per-defect must not be negative, was " + samplesPerDefect);
            require(blockSize > 0, "generation.batch-size must be positive, was " + blockSize);
            require(
                    pairsPerTask >= blockSize,
                    "pairs-per-task must be at least generation.batch-size (%d), was %d"
                            .formatted(blockSize, pairsPerTask));
            require(
                    attempts >= samplesPerDefect,
                    "attempts must be at least samples-per-defect (%d), was %d".formatted(samplesPerDefect, attempts));
        }

        /** Where the lowest indices end among which there are as many good ones as wanted, if all that are missing are good. */
        public int end(BitSet rejected) {
            int end = samplesPerDefect;
            int good = end - rejected.get(0, end).cardinality();
            while (good < samplesPerDefect && end < attempts) {
                good += rejected.get(end) ? 0 : 1;
                end++;
            }
            return end;
        }

        int indicesPerTask() {
            return pairsPerTask / blockSize * blockSize;
        }

        int blockStart(int index) {
            return index / blockSize * blockSize;
        }

        int blockEnd(int index) {
            return Math.addExact(blockStart(index), blockSize);
        }

        private static void require(boolean condition, String message) {
            if (!condition) {
                throw new IllegalArgumentException(message);
            }
        }
    }
}
