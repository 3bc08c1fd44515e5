package org.dualanodiff.pipeline.procedural;

/** A color for every point of the picture plane, in pixels. */
@FunctionalInterface
public interface Painter {
    Rgb at(double x, double y);
}
