package org.dualanodiff.model.sampling;

import java.io.Serializable;
import org.dualanodiff.model.diffusion.DdimSampler;
import org.dualanodiff.model.diffusion.NoiseSchedule;
import org.dualanodiff.model.diffusion.PndmSampler;
import org.dualanodiff.model.diffusion.Sampler;

/**
 * How pairs are sampled.
 *
 * @param steps of the sampler
 * @param guidanceScale 1 for no guidance
 * @param batchSize pairs denoised together: one block. Changing it changes the last bits of the results
 * @param resolution side of the square images, in pixels
 */
public record SamplingConfig(Method method, int steps, double guidanceScale, int batchSize, int resolution)
        implements Serializable {

    public SamplingConfig {
        if (guidanceScale < 1) {
            throw new IllegalArgumentException("guidance scale must be at least 1, was " + guidanceScale);
        }
        if (batchSize < 1) {
            throw new IllegalArgumentException("batch size must be positive, was " + batchSize);
        }
    }

    /** The sampler. */
    public enum Method {
        /** The released one. */
        PNDM,
        DDIM;

        Sampler on(NoiseSchedule schedule) {
            return switch (this) {
                case PNDM -> new PndmSampler(schedule);
                case DDIM -> new DdimSampler(schedule);
            };
        }
    }

    boolean guided() {
        return guidanceScale != 1;
    }
}
