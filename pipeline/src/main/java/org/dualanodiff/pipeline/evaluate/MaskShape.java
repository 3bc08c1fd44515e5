package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import java.util.Optional;
import org.dualanodiff.model.mask.MaskRegions;

/**
 * The shape of one mask.
 *
 * @param area defect pixels
 * @param areaRatio share of the image
 * @param components 8-connected parts
 * @param components4 4-connected parts; more than {@code components} where parts touch at corners only
 * @param holePixels background that cannot reach the image border through edge neighbors
 * @param holes 4-connected parts of it
 * @param holeRatio share of holes in defect and holes together, 0 for an empty mask
 * @param largestArea pixels of the largest 8-connected part
 * @param box empty for an empty mask
 */
public record MaskShape(
        int area,
        double areaRatio,
        int components,
        int components4,
        int holePixels,
        int holes,
        double holeRatio,
        int largestArea,
        Optional<Box> box) {

    /** First and last row and column that hold defect, inclusive. */
    public record Box(int top, int left, int bottom, int right) {}

    /** @param defect {@code (height, width)}, row major */
    public static MaskShape of(int width, int height, boolean[] defect) {
        MaskRegions parts = MaskRegions.eightConnected(width, height, defect);
        int area = Arrays.stream(parts.areas()).sum();
        boolean[] enclosed = enclosed(width, height, defect);
        MaskRegions holes = MaskRegions.fourConnected(width, height, enclosed);
        int holePixels = Arrays.stream(holes.areas()).sum();
        return new MaskShape(
                area,
                (double) area / defect.length,
                parts.count(),
                MaskRegions.fourConnected(width, height, defect).count(),
                holePixels,
                holes.count(),
                area == 0 ? 0 : (double) holePixels / (area + holePixels),
                Arrays.stream(parts.areas()).max().orElse(0),
                area == 0 ? Optional.empty() : Optional.of(box(width, height, defect)));
    }

    private static boolean[] enclosed(int width, int height, boolean[] defect) {
        boolean[] background = new boolean[defect.length];
        for (int i = 0; i < defect.length; i++) {
            background[i] = !defect[i];
        }
        MaskRegions parts = MaskRegions.fourConnected(width, height, background);
        boolean[] open = new boolean[parts.count()];
        for (int i = 0; i < defect.length; i++) {
            int x = i % width;
            int y = i / width;
            boolean border = x == 0 || y == 0 || x == width - 1 || y == height - 1;
            if (border && background[i]) {
                open[parts.labels()[i]] = true;
            }
        }
        for (int i = 0; i < defect.length; i++) {
            background[i] = background[i] && !open[parts.labels()[i]];
        }
        return background;
    }

    private static Box box(int width, int height, boolean[] defect) {
        int top = height;
        int left = width;
        int bottom = -1;
        int right = -1;
        for (int i = 0; i < defect.length; i++) {
            if (defect[i]) {
                top = Math.min(top, i / width);
                bottom = i / width;
                left = Math.min(left, i % width);
                right = Math.max(right, i % width);
            }
        }
        return new Box(top, left, bottom, right);
    }
}
