package org.dualanodiff.model.diffusion;

import ai.djl.ndarray.NDArray;

/** Estimates the noise in a batch of latents. */
@FunctionalInterface
public interface Denoiser {

    /**
     * @param x (N, C, H, W)
     * @param timestep training timestep, the same for all rows
     * @return the noise in x, (N, C, H, W)
     */
    NDArray noise(NDArray x, int timestep);
}
