package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * DPM-Solver++ (2M), the multistep solver of second order in data prediction (Lu et al. 2022,
 * "DPM-Solver++", algorithm 2). With {@code l = log(alpha / sigma)}, m the data prediction
 * {@code (x - sigma e) / alpha} at s and m' the one before, at r, a step from s to t is
 *
 * <pre>{@code
 * h = l_t - l_s;   w = h / (2 (l_s - l_r));   D = (1 + w) m - w m'
 * x_t = (sigma_t / sigma_s) x_s - alpha_t (exp(-h) - 1) D
 * }</pre>
 *
 * <p>The first step has no m' and is of first order, {@code D = m}; so is the last of fewer than 15, for
 * stability.
 */
public final class DpmSolverSampler extends Sampler {

    /** From this number of timesteps on the last step is of second order, too. */
    private static final int STABLE = 15;

    private final boolean karrasSigmas;
    private final boolean finalSigmaZero;

    /**
     * @param karrasSigmas whether the timesteps follow the ramp of Karras et al. 2022 instead of being
     *     evenly spaced. Their last one is 0, where the released end leaves x as it is: the last model call
     *     counts only together with {@code finalSigmaZero}
     * @param finalSigmaZero whether the last step ends without any noise, at the data prediction, rather
     *     than at timestep 0; the released code cannot do it
     */
    public DpmSolverSampler(NoiseSchedule schedule, boolean karrasSigmas, boolean finalSigmaZero) {
        super(schedule);
        this.karrasSigmas = karrasSigmas;
        this.finalSigmaZero = finalSigmaZero;
    }

    @Override
    public int[] timesteps(int steps) {
        requireSteps(steps);
        return karrasSigmas ? KarrasTimesteps.of(schedule, steps) : evenly(steps);
    }

    /** From T - 1 down to, but without, 0 ("linspace" spacing), rounded half to even. */
    private int[] evenly(int steps) {
        double stride = (schedule.length() - 1) / (double) steps;
        return IntStream.range(0, steps)
                .map(i -> (int) Math.rint((steps - i) * stride))
                .distinct()
                .toArray();
    }

    @Override
    public NDArray sample(NDArray start, int steps, Denoiser denoiser, StepListener listener) {
        int[] timesteps = timesteps(steps);
        int last = timesteps.length - 1;
        Trajectory trajectory = new Trajectory(start, listener);
        try (DataHistory history = new DataHistory()) {
            for (int call = 0; call <= last; call++) {
                int timestep = timesteps[call];
                Level from = Level.at(schedule, timestep);
                Level to = call < last ? Level.at(schedule, timesteps[call + 1]) : end();
                boolean firstOrder = call == last && (finalSigmaZero || timesteps.length < STABLE);
                trajectory.advance(x -> {
                    NDArray data = from.data(x, denoiser.noise(x, timestep));
                    return step(x, from, to, history.direction(data, from, firstOrder ? 0 : to.after(from)));
                });
            }
        }
        return trajectory.end();
    }

    private Level end() {
        return finalSigmaZero ? Level.CLEAN : Level.at(schedule, 0);
    }

    private static NDArray step(NDArray x, Level from, Level to, NDArray direction) {
        return Operators.combine(to.sigma / from.sigma, x, -to.alpha * Math.expm1(-to.after(from)), direction);
    }

    /** How much of the image and how much noise there is: {@code x = alpha x_0 + sigma e}. */
    private record Level(double alpha, double sigma) {

        static final Level CLEAN = new Level(1, 0);

        static Level at(NoiseSchedule schedule, int timestep) {
            double alphaCumprod = schedule.alphaCumprod(timestep);
            return new Level(Math.sqrt(alphaCumprod), Math.sqrt(1 - alphaCumprod));
        }

        /** h: how much the logarithm of the signal-to-noise ratio, halved, grows from {@code earlier}. */
        double after(Level earlier) {
            return Math.log(alpha / sigma) - Math.log(earlier.alpha / earlier.sigma);
        }

        NDArray data(NDArray x, NDArray noise) {
            return Operators.combine(1 / alpha, x, -sigma / alpha, noise);
        }
    }

    /** The data prediction of the step before and where it was made. */
    private static final class DataHistory implements AutoCloseable {

        private NDArray data;
        private Level level;

        /** {@code D} for a step of length h; h = 0 gives the first order. Keeps {@code current} for the next step. */
        NDArray direction(NDArray current, Level at, double h) {
            NDArray direction = current;
            if (data != null) {
                double weight = h / (2 * at.after(level));
                direction = Operators.combine(1 + weight, current, -weight, data);
            }
            keep(current, at);
            return direction;
        }

        private void keep(NDArray current, Level at) {
            close();
            data = TensorScope.disown(current);
            level = at;
        }

        @Override
        public void close() {
            if (data != null) {
                data.close();
            }
        }
    }

    /**
     * Timesteps whose noise levels {@code sigma = sqrt((1 - a) / a)} follow the ramp of Karras et al. 2022
     * (eq. 5): evenly spaced in {@code sigma^(1 / 7)}, so that the steps are dense near the clean end.
     */
    private static final class KarrasTimesteps {

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
}
