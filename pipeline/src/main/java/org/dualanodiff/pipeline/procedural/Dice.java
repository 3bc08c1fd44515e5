package org.dualanodiff.pipeline.procedural;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** The random choices of one picture, in the order in which they are made. */
record Dice(UniformRandomProvider random) {
    double between(double low, double high) {
        return low + (high - low) * random.nextDouble();
    }

    /** Every ratio is as likely as its inverse: for sizes. */
    double scaled(double low, double high) {
        return low * StrictMath.exp(random.nextDouble() * StrictMath.log(high / low));
    }

    /** @return {@code low..high}, both included */
    int whole(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    double sign() {
        return random.nextBoolean() ? 1 : -1;
    }

    double angle() {
        return between(0, 2 * StrictMath.PI);
    }

    Point direction() {
        return Point.direction(angle());
    }

    <T> T pick(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** Any color of the given brightness: gray as often as not. */
    Rgb color(double brightness) {
        double saturation = chance(0.4) ? between(0, 0.05) : scaled(0.08, 0.65);
        return hue(angle(), saturation).times(brightness);
    }

    /** A color near another one. */
    Rgb near(Rgb color, double spread) {
        return color.times(hue(angle(), spread / 2)).times(between(1 - spread, 1 + spread));
    }

    /** A color whose mean is 1: three cosines, a third of a turn apart. */
    private static Rgb hue(double angle, double saturation) {
        double third = 2 * StrictMath.PI / 3;
        return new Rgb(
                1 + saturation * StrictMath.cos(angle),
                1 + saturation * StrictMath.cos(angle - third),
                1 + saturation * StrictMath.cos(angle + third));
    }
}
