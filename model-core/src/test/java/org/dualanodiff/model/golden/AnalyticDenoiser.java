package org.dualanodiff.model.golden;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.diffusion.Sampler.Denoiser;
import org.dualanodiff.model.torch.Tensors;

/** The denoiser that the reference trajectories were made with: {@code tanh(x) cos(t / 1000) + 0.1}. */
public final class AnalyticDenoiser implements Denoiser {

    @Override
    public NDArray noise(NDArray x, int timestep) {
        float[] values = Tensors.floats(x);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (Math.tanh(values[i]) * Math.cos(timestep / 1000.0) + 0.1);
        }
        return Tensors.of(values, x.getDevice(), Tensors.shape(x));
    }
}
