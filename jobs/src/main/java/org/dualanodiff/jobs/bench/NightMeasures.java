package org.dualanodiff.jobs.bench;

/**
 * How a night went.
 *
 * @param idle share of the slots that had nothing to do until work of one unit alone was left
 * @param idleToTheEnd the same to the end of the run
 * @param tasks that trained or generated
 * @param blocks that were drawn
 * @param repeated times that one was drawn again
 * @param liveMebibytes of heap when the run is over; the tasks' too, which live in the driver's JVM
 * @param peakMebibytes bound of the heap that was used
 */
public record NightMeasures(
        String status,
        double seconds,
        double idle,
        double idleToTheEnd,
        int tasks,
        int generated,
        int accepted,
        int blocks,
        int repeated,
        double liveMebibytes,
        double peakMebibytes) {}
