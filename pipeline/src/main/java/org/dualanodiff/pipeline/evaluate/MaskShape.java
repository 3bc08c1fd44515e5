package org.dualanodiff.pipeline.evaluate;

import java.util.Arrays;
import java.util.Optional;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.mask.Components;
import org.dualanodiff.model.mask.Mask;

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

    /** @param defect {@code (height, width)}, row major */
    public static MaskShape of(int width, int height, boolean[] defect) {
        Mask mask = new Mask(width, height, defect);
        Components parts = mask.components();
        Components holes = Components.fourConnected(mask.holes());
        int area = mask.area();
        int holePixels = mask.holes().area();
        return new MaskShape(
                area,
                mask.share(),
                parts.count(),
                Components.fourConnected(mask).count(),
                holePixels,
                holes.count(),
                area == 0 ? 0 : (double) holePixels / (area + holePixels),
                Arrays.stream(parts.areas()).max().orElse(0),
                area == 0 ? Optional.empty() : Optional.of(mask.box()));
    }
}
