package org.dualanodiff.model.random;

import java.nio.ByteBuffer;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.dualanodiff.model.files.Digest;

/**
 * Random numbers that depend on names alone: the same names give the same numbers on every machine,
 * device, thread and version of the JDK, whatever was drawn before. There is hence no random state to
 * save: step 400 of a training draws the same noise whether it was resumed or not.
 */
public final class NoiseSource {

    private NoiseSource() {}

    /** A generator keyed by SHA-256 of the names. */
    public static UniformRandomProvider generator(String... names) {
        Digest sum = new Digest();
        for (String name : names) {
            sum.add(name);
        }
        ByteBuffer digest = ByteBuffer.wrap(sum.bytes());
        long[] seed = {digest.getLong(), digest.getLong(), digest.getLong(), digest.getLong()};
        return RandomSource.XO_SHI_RO_256_PP.create(seed);
    }

    /** {@code count} standard normal numbers. */
    public static float[] gaussian(int count, String... names) {
        return gaussian(generator(names), count);
    }

    /** The next {@code count} standard normal numbers of {@code generator}. */
    public static float[] gaussian(UniformRandomProvider generator, int count) {
        ZigguratSampler.NormalizedGaussian sampler = ZigguratSampler.NormalizedGaussian.of(generator);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) sampler.sample();
        }
        return values;
    }
}
