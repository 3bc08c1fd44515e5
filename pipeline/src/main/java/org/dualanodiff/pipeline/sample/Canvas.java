package org.dualanodiff.pipeline.sample;

/** A square picture before the camera: one color a pixel. Immutable; painting makes a new one. */
final class Canvas {
    /** Height and width in pixels. */
    static final int SIZE = 128;

    private final Rgb[] pixels;

    private Canvas(Rgb[] pixels) {
        this.pixels = pixels;
    }

    static Canvas painted(Painter painter) {
        Rgb[] pixels = new Rgb[SIZE * SIZE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = painter.at(i % SIZE, i / SIZE);
        }
        return new Canvas(pixels);
    }

    Rgb at(int index) {
        return pixels[index];
    }

    /** Asks the brush for the new color of every pixel, given its old one. */
    Canvas brushed(Brush brush) {
        Rgb[] result = new Rgb[pixels.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = brush.over(pixels[i], i % SIZE, i / SIZE);
        }
        return new Canvas(result);
    }

    @FunctionalInterface
    interface Brush {
        Rgb over(Rgb old, int x, int y);
    }
}
