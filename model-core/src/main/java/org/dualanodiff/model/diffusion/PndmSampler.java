package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.stream.IntStream;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * Pseudo numerical method, linear multistep part (Liu et al. 2022, algorithm 2 without the Runge-Kutta
 * warm-up): up to four past noise estimates are combined, then the transfer of eq. 11 is applied. The
 * second timestep is visited twice, as Stable Diffusion's own configuration does, so that n steps
 * make n + 1 model calls.
 */
public final class PndmSampler extends Sampler {

    /** Adams-Bashforth coefficients by the number of estimates at hand, newest first. */
    private static final double[][] WEIGHTS = {
        {1}, {3 / 2.0, -1 / 2.0}, {23 / 12.0, -16 / 12.0, 5 / 12.0}, {55 / 24.0, -59 / 24.0, 37 / 24.0, -9 / 24.0}
    };

    public PndmSampler(NoiseSchedule schedule) {
        super(schedule);
    }

    @Override
    public int[] timesteps(int steps) {
        int[] once = leadingTimesteps(steps);
        if (once.length == 1) {
            return once;
        }
        return IntStream.concat(
                        IntStream.of(once[0], once[1]),
                        IntStream.range(1, once.length).map(i -> once[i]))
                .toArray();
    }

    @Override
    public NDArray sample(NDArray start, int steps, Denoiser denoiser, StepListener listener) {
        int[] timesteps = timesteps(steps);
        int stride = schedule.length() / steps;
        Trajectory trajectory = new Trajectory(start, listener);
        try (NoiseHistory history = new NoiseHistory()) {
            for (int call = 0; call < timesteps.length; call++) {
                int t = timesteps[call];
                if (call == 1) {
                    // The trial step's end is looked at once more, and the first step is taken again with the mean.
                    trajectory.advance(x -> transfer(start, history.meanWith(denoiser.noise(x, t)), timesteps[0], t));
                } else {
                    trajectory.advance(x -> transfer(x, history.extrapolate(denoiser.noise(x, t)), t, t - stride));
                }
            }
        }
        return trajectory.end();
    }

    /** Eq. 11 of the paper: from {@code timestep} to {@code previous} along the noise estimate. */
    private NDArray transfer(NDArray x, NDArray noise, int timestep, int previous) {
        double alpha = schedule.alphaCumprod(timestep);
        double alphaPrevious = schedule.alphaCumprodOrFinal(previous);
        double denominator = alpha * Math.sqrt(1 - alphaPrevious) + Math.sqrt(alpha * (1 - alpha) * alphaPrevious);
        return Operators.combine(Math.sqrt(alphaPrevious / alpha), x, -(alphaPrevious - alpha) / denominator, noise);
    }

    /** The last four noise estimates, newest first. */
    private static final class NoiseHistory implements AutoCloseable {

        private final Deque<NDArray> estimates = new ArrayDeque<>();

        NDArray extrapolate(NDArray noise) {
            estimates.addFirst(TensorScope.disown(noise));
            if (estimates.size() > WEIGHTS.length) {
                estimates.removeLast().close();
            }
            return weightedSum(WEIGHTS[estimates.size() - 1]);
        }

        NDArray meanWith(NDArray noise) {
            return Operators.combine(0.5, noise, 0.5, estimates.peekFirst());
        }

        private NDArray weightedSum(double[] weights) {
            Iterator<NDArray> newestFirst = estimates.iterator();
            NDArray sum = Operators.multiply(newestFirst.next(), weights[0]);
            for (int i = 1; i < weights.length; i++) {
                sum = Operators.combine(1, sum, weights[i], newestFirst.next());
            }
            return sum;
        }

        @Override
        public void close() {
            estimates.forEach(NDArray::close);
        }
    }
}
