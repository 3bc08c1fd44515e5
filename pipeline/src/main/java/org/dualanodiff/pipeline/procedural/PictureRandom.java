package org.dualanodiff.pipeline.procedural;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;

/** The random choices of one picture, in the order in which they are made. */
record PictureRandom(UniformRandomProvider source) {
    static PictureRandom of(long seed) {
        return new PictureRandom(RandomSource.SPLIT_MIX_64.create(seed));
    }

    double uniform(double low, double high) {
        return source.nextDouble(low, high);
    }

    /** Every ratio is as likely as its inverse: for sizes. */
    double logUniform(double low, double high) {
        return low * StrictMath.exp(source.nextDouble() * StrictMath.log(high / low));
    }

    /** @return {@code low..high}, both included */
    int integer(int low, int high) {
        return low + source.nextInt(high - low + 1);
    }

    boolean chance(double probability) {
        return source.nextDouble() < probability;
    }

    int sign() {
        return source.nextBoolean() ? 1 : -1;
    }

    double angle() {
        return uniform(0, 2 * StrictMath.PI);
    }

    Point direction() {
        return Point.direction(angle());
    }

    <T> T pick(List<T> choices) {
        return choices.get(source.nextInt(choices.size()));
    }

    Noise noise() {
        return new Noise(source.nextLong());
    }
}
