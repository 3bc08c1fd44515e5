package org.dualanodiff.model.dual;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.dualanodiff.model.random.NoiseSource;

/**
 * First values of an adapter, as released: LoRA down normal with standard deviation 1/rank and up zero,
 * so that it starts as the base model; linear layers as torch initializes them (uniform within
 * {@code 1/sqrt(fan in)}); layer norms the identity; BCM's share 0.
 */
final class AdapterInitializer {

    private final AdapterLayout layout;
    private final long seed;

    AdapterInitializer(AdapterLayout layout, long seed) {
        this.layout = layout;
        this.seed = seed;
    }

    /** The first values of one tensor, in row-major order. */
    float[] values(String key) {
        long[] shape = layout.shapes().get(key);
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        UniformRandomProvider random = NoiseSource.generator("adapter", Long.toString(seed), key);
        if (key.endsWith(".down.weight")) {
            fillNormal(values, random, 1.0 / layout.rank());
        } else if (key.endsWith("temporal_n.weight")) {
            Arrays.fill(values, 1);
        } else if (isLinear(key)) {
            fillUniform(values, random, 1 / Math.sqrt(fanIn(key)));
        }
        return values;
    }

    private static boolean isLinear(String key) {
        return key.contains("temporal_") && !key.contains("temporal_n.") && !key.endsWith(BackgroundCompensation.SHARE);
    }

    /** Input width of the layer that a weight or bias belongs to. */
    private long fanIn(String key) {
        String weight = key.substring(0, key.lastIndexOf('.')) + ".weight";
        return layout.shapes().get(weight)[1];
    }

    private static void fillNormal(float[] values, UniformRandomProvider random, double deviation) {
        ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (gaussian.sample() * deviation);
        }
    }

    private static void fillUniform(float[] values, UniformRandomProvider random, double bound) {
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextDouble(-bound, bound));
        }
    }
}
