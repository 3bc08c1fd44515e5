package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.torch.Operators;

/** Denoising diffusion implicit model without fresh noise (Song et al. 2021, eq. 12, eta 0). */
public final class DdimSampler extends Sampler {

    public DdimSampler(NoiseSchedule schedule) {
        super(schedule);
    }

    @Override
    public int[] timesteps(int steps) {
        return leadingTimesteps(steps);
    }

    @Override
    public NDArray sample(NDArray start, int steps, Denoiser denoiser, StepListener listener) {
        int[] timesteps = timesteps(steps);
        int stride = schedule.length() / steps;
        Trajectory trajectory = new Trajectory(start, listener);
        for (int t : timesteps) {
            trajectory.advance(x -> step(x, denoiser.noise(x, t), t, t - stride));
        }
        return trajectory.end();
    }

    /** {@code sqrt(a_prev) x0 + sqrt(1 - a_prev) e} with {@code x0 = (x - sqrt(1 - a) e) / sqrt(a)}. */
    private NDArray step(NDArray x, NDArray noise, int timestep, int previous) {
        double alpha = schedule.alphaCumprod(timestep);
        double alphaPrevious = schedule.alphaCumprodOrFinal(previous);
        double ratio = Math.sqrt(alphaPrevious / alpha);
        return Operators.combine(ratio, x, Math.sqrt(1 - alphaPrevious) - ratio * Math.sqrt(1 - alpha), noise);
    }
}
