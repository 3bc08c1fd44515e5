package org.dualanodiff.jobs.bench;

/**
 * The night of {@link NightBenchmark}: a real one's times, divided by its haste.
 *
 * @param units kinds of defect
 * @param slots tasks at a time, in place of as many GPUs
 * @param pairs good ones wanted of each unit
 * @param batch pairs of a block
 * @param pairsPerTask at most
 * @param rejected share of the pairs that are no good, 0..1
 * @param haste times so fast as a real night
 */
public record NightPlan(int units, int slots, int pairs, int batch, int pairsPerTask, double rejected, double haste) {

    private static final double SHORTEST_TRAINING = 5 * 60;
    private static final double LONGEST_TRAINING = 20 * 60;

    /** A unit's good pairs take as long as a thousand of Stable Diffusion on one H100. */
    private static final double GENERATION = 1000 * ScaleMeasures.modelSecondsPerPair();

    private static final int SIDE = 64;

    StandInWork work() {
        return new StandInWork(
                SHORTEST_TRAINING / haste, LONGEST_TRAINING / haste, GENERATION / pairs / haste, rejected, SIDE);
    }
}
