package org.dualanodiff.pipeline.procedural;

import java.util.List;

/**
 * A kind of thing to draw.
 *
 * @param name     a word, which is also its folder's name
 * @param specimen draws one
 * @param defects  what can go wrong with it in particular
 */
record Product(String name, Specimen specimen, List<Defect> defects) {
    @FunctionalInterface
    interface Specimen {
        /** A faultless one with its own pose and color. */
        Scene draw(PictureRandom random);
    }
}
