package org.dualanodiff.pipeline.sample;

/** A color for every point of the picture plane, in pixels. */
@FunctionalInterface
interface Painter {
    Rgb at(double x, double y);
}
