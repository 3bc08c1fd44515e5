package org.dualanodiff.pipeline.procedural;

/** A square picture before the camera: one color a pixel. Immutable; painting makes a new one. */
public final class Canvas {
    /** Height and width in pixels. */
    public static final int SIZE = 128;

    private final Rgb[] pixels;

    private Canvas(Rgb[] pixels) {
        this.pixels = pixels;
    }

    public static Canvas painted(Painter painter) {
        Rgb[] pixels = new Rgb[SIZE * SIZE];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = painter.at(i % SIZE, i / SIZE);
        }
        return new Canvas(pixels);
    }

    public Rgb at(int index) {
        return pixels[index];
    }

    /** Asks the brush for the new color of every pixel, given its old one. */
    public Canvas brushed(Brush brush) {
        Rgb[] result = new Rgb[pixels.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = brush.over(pixels[i], i % SIZE, i / SIZE);
        }
        return new Canvas(result);
    }

    @FunctionalInterface
    public interface Brush {
        Rgb over(Rgb old, int x, int y);
    }
}
