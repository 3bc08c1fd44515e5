package org.dualanodiff.pipeline.procedural;

import org.dualanodiff.pipeline.procedural.Canvas.Brush;

/**
 * A kind of fault.
 *
 * @param name  a word, which is also its folder's name
 * @param style draws one
 */
record Defect(String name, Style style) {
    @FunctionalInterface
    interface Style {
        /** What paints one such fault at a random place of the product. */
        Brush brush(Scene scene, PictureRandom random);
    }

    /** The scene's canvas with one fault of this kind. */
    Canvas on(Scene scene, PictureRandom random) {
        return scene.canvas().brushed(style.brush(scene, random));
    }
}
