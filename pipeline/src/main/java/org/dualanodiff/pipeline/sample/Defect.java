package org.dualanodiff.pipeline.sample;

import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.pipeline.drawing.Canvas;

/** A kind of fault. */
public interface Defect {
    /** Folder name. */
    String name();

    /** The scene's picture with one fault of this kind, on the product. */
    Canvas applyTo(Scene scene, UniformRandomProvider random);
}
