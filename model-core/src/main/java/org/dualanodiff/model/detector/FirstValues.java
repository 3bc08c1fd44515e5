package org.dualanodiff.model.detector;

import java.util.Arrays;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.random.NoiseSource;

/** The numbers that a network begins with: drawn for a training, or read from a file. */
@FunctionalInterface
interface FirstValues {

    /** What a tensor is for; its first value follows from that. */
    enum Role {
        /** Drawn uniformly below 1 / sqrt(inputs), as libtorch begins convolutions and linear layers. */
        WEIGHT,
        ONES,
        ZEROS
    }

    /** @param inputs numbers that one output of the layer sums over */
    float[] values(String name, Role role, int inputs, long... shape);

    /** Each tensor's numbers follow from the seed and its name alone. */
    static FirstValues drawn(long seed) {
        return (name, role, inputs, shape) -> {
            float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
            switch (role) {
                case WEIGHT -> draw(values, 1 / Math.sqrt(inputs), seed, name);
                case ONES -> Arrays.fill(values, 1);
                case ZEROS -> Arrays.fill(values, 0);
            }
            return values;
        };
    }

    /** Those of a saved network. */
    static FirstValues saved(WeightSource source) {
        return (name, role, inputs, shape) -> {
            source.require(name, shape);
            return source.floats(name);
        };
    }

    private static void draw(float[] values, double bound, long seed, String name) {
        UniformRandomProvider random = NoiseSource.generator("detector", Long.toString(seed), name);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
    }
}
