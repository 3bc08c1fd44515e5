package org.dualanodiff.pipeline.plan;

import java.util.BitSet;

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

    /** Without replacement of rejected samples. */
    public SampleTarget(int samplesPerDefect, int blockSize, int pairsPerTask) {
        this(samplesPerDefect, blockSize, pairsPerTask, samplesPerDefect);
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
