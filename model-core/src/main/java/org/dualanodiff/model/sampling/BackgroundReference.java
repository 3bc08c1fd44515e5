package org.dualanodiff.model.sampling;

import ai.djl.ndarray.NDArray;

/** The noised clean backgrounds of a batch of pairs, for the reference pass of background compensation. */
public interface BackgroundReference {

    /**
     * Latents for the next model call, with fresh noise.
     *
     * @param both whether the unconditional half is computed, too: its reference is a mid-grey image
     * @return with {@code both} (2*B, C, h, w), the unconditional rows first; else (B, C, h, w)
     */
    NDArray noised(int timestep, boolean both);
}
