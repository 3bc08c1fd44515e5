package org.dualanodiff.model.mask;

import java.io.Serializable;

/**
 * What is done to every mask after its pixels are found: gaps are closed, thin bridges opened, enclosed holes filled,
 * specks dropped. Every step is linear in the pixels.
 *
 * @param openingRadius disc radius in pixels, 0 for none
 * @param closingRadius disc radius in pixels, 0 for none
 * @param minArea smallest component kept, in pixels
 * @param maxHoleArea largest enclosed hole that is filled, in pixels, 0 for none
 */
public record MaskCleanup(int openingRadius, int closingRadius, int minArea, int maxHoleArea) implements Serializable {

    public MaskCleanup {
        require("openingRadius", openingRadius);
        require("closingRadius", closingRadius);
        require("minArea", minArea);
        require("maxHoleArea", maxHoleArea);
    }

    BinaryMask apply(BinaryMask found) {
        BinaryMask smooth = Morphology.open(Morphology.close(found, closingRadius), openingRadius);
        return withoutSpecks(withoutHoles(smooth));
    }

    private BinaryMask withoutHoles(BinaryMask mask) {
        if (maxHoleArea == 0) {
            return mask;
        }
        Components gaps = Components.fourConnected(mask.inverted());
        boolean[] open = gaps.touchedBy(mask.border());
        BinaryMask kept = gaps.keep(gap -> open[gap] || gaps.areas()[gap] > maxHoleArea);
        return kept.inverted();
    }

    private BinaryMask withoutSpecks(BinaryMask mask) {
        Components components = Components.eightConnected(mask);
        return components.keep(component -> components.areas()[component] >= minArea);
    }

    private static void require(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException("Mask extraction needs %s >= 0, was %d".formatted(name, value));
        }
    }
}
