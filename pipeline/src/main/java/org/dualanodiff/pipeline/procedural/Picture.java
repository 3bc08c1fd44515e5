package org.dualanodiff.pipeline.procedural;

import org.dualanodiff.model.image.Image;

/**
 * Colors before the camera, nominally in [0, 1], held in planes for speed. Operations make new pictures.
 *
 * @param red   of every pixel
 * @param green of every pixel
 * @param blue  of every pixel
 */
record Picture(Plane red, Plane green, Plane blue) {
    /** From {@code dark} where the tone is 0 to {@code light} where it is 1. */
    static Picture toned(Plane tone, Rgb dark, Rgb light) {
        return new Picture(
                tone.map(t -> dark.red() + (light.red() - dark.red()) * t),
                tone.map(t -> dark.green() + (light.green() - dark.green()) * t),
                tone.map(t -> dark.blue() + (light.blue() - dark.blue()) * t));
    }

    static Picture of(Canvas canvas) {
        return of((x, y) -> canvas.at((int) y * Plane.SIZE + (int) x));
    }

    /** @param photograph {@code (3, SIZE, SIZE)} */
    static Picture of(Image photograph) {
        float[][] planes = new float[3][Plane.AREA];
        for (int i = 0; i < 3 * Plane.AREA; i++) {
            planes[i / Plane.AREA][i % Plane.AREA] = (photograph.levels()[i] & 0xff) / 255f;
        }
        return new Picture(new Plane(planes[0]), new Plane(planes[1]), new Plane(planes[2]));
    }

    static Picture of(Painter painter) {
        float[][] planes = new float[3][Plane.AREA];
        for (int i = 0; i < Plane.AREA; i++) {
            Rgb color = painter.at(i % Plane.SIZE, i / Plane.SIZE);
            planes[0][i] = (float) color.red();
            planes[1][i] = (float) color.green();
            planes[2][i] = (float) color.blue();
        }
        return new Picture(new Plane(planes[0]), new Plane(planes[1]), new Plane(planes[2]));
    }

    Picture times(Plane gain) {
        return new Picture(red.times(gain), green.times(gain), blue.times(gain));
    }

    Picture plus(Plane light) {
        return new Picture(red.plus(light), green.plus(light), blue.plus(light));
    }

    /** Under {@code alpha} (0..1) of a color. */
    Picture mix(Rgb over, Plane alpha) {
        return new Picture(
                mixed(red, over.red(), alpha), mixed(green, over.green(), alpha), mixed(blue, over.blue(), alpha));
    }

    /** Under {@code alpha} (0..1) of another picture. */
    Picture mix(Picture over, Plane alpha) {
        return new Picture(mixed(red, over.red, alpha), mixed(green, over.green, alpha), mixed(blue, over.blue, alpha));
    }

    /** Seen through {@code alpha} (0..1) of a filter. */
    Picture filtered(Rgb filter, Plane alpha) {
        return new Picture(
                red.times(alpha.map(a -> 1 + a * (filter.red() - 1))),
                green.times(alpha.map(a -> 1 + a * (filter.green() - 1))),
                blue.times(alpha.map(a -> 1 + a * (filter.blue() - 1))));
    }

    private static Plane mixed(Plane under, double over, Plane alpha) {
        float[] result = new float[Plane.AREA];
        for (int i = 0; i < Plane.AREA; i++) {
            result[i] = (float) (under.values()[i] + (over - under.values()[i]) * alpha.values()[i]);
        }
        return new Plane(result);
    }

    private static Plane mixed(Plane under, Plane over, Plane alpha) {
        float[] result = new float[Plane.AREA];
        for (int i = 0; i < Plane.AREA; i++) {
            result[i] = under.values()[i] + (over.values()[i] - under.values()[i]) * alpha.values()[i];
        }
        return new Plane(result);
    }
}
