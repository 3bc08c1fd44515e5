package org.dualanodiff.pipeline.procedural;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/** A kind of product and what can go wrong with it. */
public interface Product {
    /** Every product that can be drawn, in a fixed order. */
    List<Product> ALL = List.of(new Cloth(), new Wood(), new HexNut(), new Capsule());

    /** Folder name. */
    String name();

    List<Defect> defects();

    /** A faultless specimen with its own pose and color. */
    Scene draw(UniformRandomProvider random);
}
