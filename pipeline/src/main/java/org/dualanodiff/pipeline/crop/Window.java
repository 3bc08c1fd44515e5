package org.dualanodiff.pipeline.crop;

import java.awt.image.BufferedImage;
import java.util.stream.DoubleStream;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.mask.Mask;

/**
 * A rectangle of a photograph, wholly inside it: a square, or, where the photograph is too narrow for that, less on one
 * axis or both.
 *
 * @param x left column, in pixels
 * @param y top row
 */
public record Window(int x, int y, int width, int height) {

    /** The square around a center, moved into the photograph where it would reach out of it and cut where it is too long. */
    static Window around(double centerX, double centerY, int side, int photographWidth, int photographHeight) {
        int width = Math.min(side, photographWidth);
        int height = Math.min(side, photographHeight);
        return new Window(
                start(centerX, width, photographWidth), start(centerY, height, photographHeight), width, height);
    }

    private static int start(double center, int length, int photographLength) {
        return (int) Math.max(0, Math.min(photographLength - length, Math.rint(center - length / 2.0)));
    }

    boolean holds(Box box) {
        return box.x() >= x && box.y() >= y && box.right() <= x + width && box.bottom() <= y + height;
    }

    public Image cut(Image photograph) {
        return photograph.crop(x, y, width, height);
    }

    /** RGB. */
    public BufferedImage cutColors(BufferedImage photograph) {
        return cut(Image.rgb(photograph)).buffered();
    }

    /** The mask itself where this window is all of it. */
    public Mask cut(Mask mask) {
        return width == mask.width() && height == mask.height() ? mask : Mask.of(cut(mask.image()));
    }

    /** What the window shows of the photograph, as a square of so many pixels. */
    public Image squared(Image photograph, int resolution) {
        return PilResize.resize(cut(photograph), resolution, resolution);
    }

    /** What the window shows of a mask, as a square of so many pixels; its share of the square's area stays. */
    public Image squaredMask(Image mask, int resolution) {
        return Mask.of(cut(mask)).scaled(resolution, resolution).image();
    }

    /** The photograph with {@code part}, of this window's size, in its place. */
    public Image paste(Image photograph, Image part) {
        byte[] levels = photograph.levels().clone();
        for (int row = 0; row < part.channels() * height; row++) {
            int to = (row / height * photograph.height() + y + row % height) * photograph.width() + x;
            System.arraycopy(part.levels(), row * width, levels, to, width);
        }
        return new Image(photograph.width(), photograph.height(), photograph.channels(), levels);
    }

    /** A mask of the whole photograph that is {@code part} in this window, and empty beyond. */
    public Mask paste(Mask part, int photographWidth, int photographHeight) {
        return Mask.where(
                photographWidth, photographHeight, i -> part.at(i % photographWidth - x, i / photographWidth - y));
    }

    /**
     * How near a mask comes to those sides of this window that lie inside the photograph: free pixels, in lengths of the
     * window across that side. A defect that such a side cuts through has 0.
     *
     * @param mask of this window
     * @return NaN if the mask is empty or every side is one of the photograph
     */
    public double margin(Mask mask, int photographWidth, int photographHeight) {
        Box defect = mask.box();
        return defect.width() == 0
                ? Double.NaN
                : DoubleStream.of(
                                x > 0 ? (double) defect.x() / width : Double.NaN,
                                x + width < photographWidth ? (double) (width - defect.right()) / width : Double.NaN,
                                y > 0 ? (double) defect.y() / height : Double.NaN,
                                y + height < photographHeight
                                        ? (double) (height - defect.bottom()) / height
                                        : Double.NaN)
                        .filter(distance -> !Double.isNaN(distance))
                        .min()
                        .orElse(Double.NaN);
    }

    /** As a part of a picture's address: the spatial dimension of W3C Media Fragments 1.0. */
    public String fragment() {
        return "#xywh=%d,%d,%d,%d".formatted(x, y, width, height);
    }

    /**
     * From a point of this window to the nearest of its sides that lies inside the photograph, in pixels.
     *
     * @return infinite if every side is one of the photograph
     */
    public double toCut(double pointX, double pointY, int photographWidth, int photographHeight) {
        double left = x > 0 ? pointX : Double.POSITIVE_INFINITY;
        double right = x + width < photographWidth ? width - pointX : Double.POSITIVE_INFINITY;
        double top = y > 0 ? pointY : Double.POSITIVE_INFINITY;
        double bottom = y + height < photographHeight ? height - pointY : Double.POSITIVE_INFINITY;
        return Math.min(Math.min(left, right), Math.min(top, bottom));
    }
}
