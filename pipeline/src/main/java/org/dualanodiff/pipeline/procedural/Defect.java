package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/** A kind of fault. */
public interface Defect {
    /** Folder name. */
    String name();

    /** The scene's picture with one fault of this kind, on the product. */
    Canvas applyTo(Scene scene, UniformRandomProvider random);
}
