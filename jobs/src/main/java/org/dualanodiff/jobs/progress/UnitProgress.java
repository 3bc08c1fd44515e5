package org.dualanodiff.jobs.progress;

import java.io.Serializable;

/**
 * How far one task has got.
 *
 * @param unit for people, such as {@code hazelnut/crack}
 * @param work steps or pairs
 * @param loss of the last training step; NaN when generating
 * @param seconds since the task's first report of this work
 */
record UnitProgress(String unit, Work work, int done, int total, double loss, double seconds) implements Serializable {

    enum Work {
        STEPS,
        PAIRS
    }

    /** Work a second so far. */
    double rate() {
        return seconds > 0 ? done / seconds : 0;
    }

    /** Seconds to go, if the rate stays. */
    double remaining() {
        return rate() > 0 ? (total - done) / rate() : Double.NaN;
    }
}
