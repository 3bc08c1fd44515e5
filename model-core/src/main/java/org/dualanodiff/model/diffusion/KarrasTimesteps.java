package org.dualanodiff.model.diffusion;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Timesteps whose noise levels {@code sigma = sqrt((1 - a) / a)} follow the ramp of Karras et al. 2022
 * (eq. 5): evenly spaced in {@code sigma^(1 / 7)}, so that the steps are dense near the clean end.
 */
final class KarrasTimesteps {

    private static final double RHO = 7;

    /** Ascending, as sigma grows with the timestep. */
    private final double[] logSigmas;

    private final double lowest;
    private final double highest;

    private KarrasTimesteps(NoiseSchedule schedule) {
        double[] sigmas = IntStream.range(0, schedule.length())
                .mapToDouble(t -> sigma(schedule.alphaCumprod(t)))
                .toArray();
        logSigmas = Arrays.stream(sigmas).map(Math::log).toArray();
        lowest = Math.pow(sigmas[0], 1 / RHO);
        highest = Math.pow(sigmas[sigmas.length - 1], 1 / RHO);
    }

    /** From the noisiest timestep down to 0; fewer than {@code steps} where two round to the same. */
    static int[] of(NoiseSchedule schedule, int steps) {
        KarrasTimesteps spacing = new KarrasTimesteps(schedule);
        return IntStream.range(0, steps)
                .map(i -> steps - 1 - i)
                // A single step starts at the noisy end; the released ramp of one point holds the clean end alone.
                .mapToDouble(i -> steps == 1 ? 1 : (double) i / (steps - 1))
                .mapToInt(spacing::nearest)
                .distinct()
                .toArray();
    }

    /** The timestep at {@code place} on the ramp, 0 (clean) to 1 (noise): by the logarithm of sigma, rounded half to even. */
    private int nearest(double place) {
        double logSigma = RHO * Math.log(lowest + place * (highest - lowest));
        int low = intervalOf(logSigma);
        if (low == logSigmas.length - 1) {
            return low;
        }
        double share = (logSigma - logSigmas[low]) / (logSigmas[low + 1] - logSigmas[low]);
        return (int) Math.rint(low + Math.min(Math.max(share, 0), 1));
    }

    /** The last timestep whose sigma is not above the one given; 0 if there is none. */
    private int intervalOf(double logSigma) {
        int found = Arrays.binarySearch(logSigmas, logSigma);
        return found >= 0 ? found : Math.max(-found - 2, 0);
    }

    private static double sigma(double alphaCumprod) {
        return Math.sqrt((1 - alphaCumprod) / alphaCumprod);
    }
}
