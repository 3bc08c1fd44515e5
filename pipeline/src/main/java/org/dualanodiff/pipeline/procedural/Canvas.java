package org.dualanodiff.pipeline.procedural;

import java.util.function.IntFunction;
import org.dualanodiff.model.image.Image;

/** A square picture before the camera: one color a pixel. Immutable; painting makes a new one. */
final class Canvas {
    /** Height and width in pixels. */
    static final int SIZE = 128;

    static final int AREA = SIZE * SIZE;

    private final Rgb[] pixels = new Rgb[AREA];

    private Canvas(IntFunction<Rgb> colors) {
        for (int i = 0; i < AREA; i++) {
            pixels[i] = colors.apply(i);
        }
    }

    static Canvas painted(Texture texture) {
        return new Canvas(i -> texture.at(i % SIZE, i / SIZE));
    }

    /** @param photograph {@code (3, SIZE, SIZE)} */
    static Canvas of(Image photograph) {
        byte[] levels = photograph.levels();
        return new Canvas(i -> new Rgb(unit(levels[i]), unit(levels[AREA + i]), unit(levels[2 * AREA + i])));
    }

    private static double unit(byte level) {
        return (level & 0xff) / 255.0;
    }

    Rgb at(int index) {
        return pixels[index];
    }

    /** The color of a pixel; beyond the border the border's. */
    Rgb at(int x, int y) {
        return pixels[Math.max(0, Math.min(SIZE - 1, y)) * SIZE + Math.max(0, Math.min(SIZE - 1, x))];
    }

    /** Asks the brush for the new color of every pixel, given its old one. */
    Canvas brushed(Brush brush) {
        return new Canvas(i -> brush.over(pixels[i], i % SIZE, i / SIZE));
    }

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
}
