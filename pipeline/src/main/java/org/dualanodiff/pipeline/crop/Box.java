package org.dualanodiff.pipeline.crop;

import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.MaskRegions;

/**
 * The smallest box around some pixels of a mask.
 *
 * @param left first column
 * @param right last column
 * @param area pixels that it was drawn around
 */
record Box(int left, int top, int right, int bottom, int area) {

    /** Of a whole picture. */
    static Box whole(int width, int height) {
        return new Box(0, 0, width - 1, height - 1, width * height);
    }

    /** Around each connected part of a mask, the largest first. */
    static List<Box> ofParts(Image mask) {
        boolean[] set = MaskScaling.set(mask);
        MaskRegions parts = MaskRegions.eightConnected(mask.width(), mask.height(), set);
        int[][] bounds = new int[parts.count()][];
        for (int i = 0; i < set.length; i++) {
            if (set[i]) {
                int part = parts.labels()[i];
                bounds[part] = grown(bounds[part], i % mask.width(), i / mask.width());
            }
        }
        return IntStream.range(0, bounds.length)
                .boxed()
                .sorted((a, b) -> parts.areas()[b] - parts.areas()[a])
                .map(part -> of(bounds[part], parts.areas()[part]))
                .toList();
    }

    private static Box of(int[] bounds, int area) {
        return new Box(bounds[0], bounds[1], bounds[2], bounds[3], area);
    }

    private static int[] grown(int[] bounds, int x, int y) {
        if (bounds == null) {
            return new int[] {x, y, x, y};
        }
        return new int[] {Math.min(bounds[0], x), Math.min(bounds[1], y), Math.max(bounds[2], x), Math.max(bounds[3], y)
        };
    }

    /** Around all boxes; at least one. */
    static Box around(List<Box> boxes) {
        return boxes.stream().reduce(Box::with).orElseThrow();
    }

    private Box with(Box other) {
        return new Box(
                Math.min(left, other.left),
                Math.min(top, other.top),
                Math.max(right, other.right),
                Math.max(bottom, other.bottom),
                area + other.area);
    }

    int width() {
        return right - left + 1;
    }

    int height() {
        return bottom - top + 1;
    }

    int longest() {
        return Math.max(width(), height());
    }

    double centerX() {
        return (left + right + 1) / 2.0;
    }

    double centerY() {
        return (top + bottom + 1) / 2.0;
    }
}
