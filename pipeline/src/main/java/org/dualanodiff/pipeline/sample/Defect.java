package org.dualanodiff.pipeline.sample;

import org.apache.commons.rng.UniformRandomProvider;

/** A kind of fault. */
interface Defect {
    /** Folder name. */
    String name();

    /** The scene's picture with one fault of this kind, on the product. */
    Canvas applyTo(Scene scene, UniformRandomProvider random);
}
