package org.dualanodiff.pipeline.procedural;

/** Gives a pixel its new color, given its old one. */
@FunctionalInterface
interface Brush {
    Rgb over(Rgb old, int x, int y);

    default Brush then(Brush next) {
        return (old, x, y) -> next.over(over(old, x, y), x, y);
    }

    /** Covers with a texture; {@code alpha} is 0..1. */
    static Brush cover(Field alpha, Texture texture) {
        return (old, x, y) -> {
            double a = alpha.at(x, y);
            return a <= 0 ? old : old.mix(texture.at(x, y), a);
        };
    }

    /** Lays a filter over what is there; {@code alpha} is 0..1. */
    static Brush filter(Field alpha, Rgb filter) {
        return (old, x, y) -> old.mix(old.times(filter), alpha.at(x, y));
    }
}
