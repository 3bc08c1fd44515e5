package org.dualanodiff.model.image;

import java.io.Serializable;

/**
 * A rectangle of pixels.
 *
 * @param x left column
 * @param y top row
 * @param width columns
 * @param height rows
 */
public record Box(int x, int y, int width, int height) implements Serializable {

    /** The smallest box around this one and another. */
    public Box with(Box other) {
        int left = Math.min(x, other.x);
        int top = Math.min(y, other.y);
        return new Box(left, top, Math.max(right(), other.right()) - left, Math.max(bottom(), other.bottom()) - top);
    }

    /** The column behind the last. */
    public int right() {
        return x + width;
    }

    /** The row below the last. */
    public int bottom() {
        return y + height;
    }

    public int longerSide() {
        return Math.max(width, height);
    }

    public double centerX() {
        return x + width / 2.0;
    }

    public double centerY() {
        return y + height / 2.0;
    }
}
