package org.dualanodiff.pipeline.crop;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Pixels;

/**
 * A square part of a photograph, wholly inside it.
 *
 * @param x left column, in pixels
 * @param y top row
 * @param side columns and rows
 */
public record Window(int x, int y, int side) {

    /** The window around a center, moved into the photograph where it would reach out of it. */
    static Window around(double centerX, double centerY, int side, int width, int height) {
        return new Window(start(centerX, side, width), start(centerY, side, height), side);
    }

    private static int start(double center, int side, int length) {
        return (int) Math.max(0, Math.min(length - side, Math.rint(center - side / 2.0)));
    }

    public Pixels cut(Pixels photograph) {
        return photograph.crop(x, y, side, side);
    }

    /** RGB. */
    public BufferedImage cutColors(BufferedImage photograph) {
        return cut(Pixels.rgb(photograph)).toImage();
    }

    /** Grey. */
    public BufferedImage cutMask(BufferedImage mask) {
        return cut(Pixels.gray(mask)).toImage();
    }

    /** The photograph with {@code part}, of this window's size, in its place. */
    public Pixels paste(Pixels photograph, Pixels part) {
        byte[] levels = photograph.levels().clone();
        for (int row = 0; row < part.channels() * side; row++) {
            int to = (row / side * photograph.height() + y + row % side) * photograph.width() + x;
            System.arraycopy(part.levels(), row * side, levels, to, side);
        }
        return new Pixels(photograph.width(), photograph.height(), photograph.channels(), levels);
    }

    /** As a part of a picture's address: the spatial dimension of W3C Media Fragments 1.0. */
    public String fragment() {
        return "#xywh=%d,%d,%d,%d".formatted(x, y, side, side);
    }
}
