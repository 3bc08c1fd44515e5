package org.dualanodiff.model.sampling;

import java.io.Serializable;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.random.NoiseSource;

/**
 * An endless series of samples of one defect of one product. Sample {@code index} starts from the same
 * noise whatever the cluster, the batch or the samples that exist already.
 */
public record SampleSeries(long seed, String category, String defect) implements Serializable {

    /** Standard normal start of one sample: GLOBAL first, then ANOMALY, {@code count} numbers in all. */
    float[] noise(long index, int count) {
        return NoiseSource.gaussian(generator("sample", index), count);
    }

    /** A generator of its own for each purpose and sample. */
    public UniformRandomProvider generator(String purpose, long index) {
        return NoiseSource.generator(purpose, Long.toString(seed), category, defect, Long.toString(index));
    }
}
