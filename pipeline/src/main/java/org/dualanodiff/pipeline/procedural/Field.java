package org.dualanodiff.pipeline.procedural;

/** A number for every point of the plane, in pixels. */
@FunctionalInterface
interface Field {
    double at(double x, double y);
}
