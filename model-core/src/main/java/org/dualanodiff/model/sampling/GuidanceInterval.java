package org.dualanodiff.model.sampling;

import java.io.Serializable;

/**
 * The part of the noise schedule in which guidance acts (Kynkaanniemi et al. 2024), in fractions of its
 * timesteps: 0 is the clean end, 1 the noisy one; both bounds belong to it.
 *
 * @param from lower bound, at least 0
 * @param to upper bound, from {@code from} to 1
 */
public record GuidanceInterval(double from, double to) implements Serializable {

    /** Guidance at every timestep, as released. */
    public static final GuidanceInterval WHOLE = new GuidanceInterval(0, 1);

    public GuidanceInterval {
        if (!(0 <= from && from <= to && to <= 1)) {
            throw new IllegalArgumentException(
                    "guidance interval must be 0 <= from <= to <= 1, was %s to %s".formatted(from, to));
        }
    }

    /**
     * Whether guidance acts at {@code timestep}.
     *
     * @param length number of training timesteps T; timesteps are 0..T-1
     */
    boolean contains(int timestep, int length) {
        double place = timestep / Math.max(length - 1.0, 1);
        return from <= place && place <= to;
    }
}
