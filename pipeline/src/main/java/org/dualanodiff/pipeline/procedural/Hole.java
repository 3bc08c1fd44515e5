package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * A hole with a ragged rim, dark below.
 *
 * @param below what is seen through it
 * @param rim   color of the torn edge
 */
record Hole(String name, Rgb below, Rgb rim, double roughness) implements Defect {
    private static final double RIM_WIDTH = 3;

    @Override
    public Canvas applyTo(Scene scene, UniformRandomProvider random) {
        Shape hole = Shape.blob(scene.somewhere(random), random.nextDouble(13, 23), roughness, random)
                .and(scene.object());
        ValueNoise fibers = new ValueNoise(random.nextLong());
        return scene.canvas().brushed((old, x, y) -> {
            // Loose fibers: the outline is ragged pixel by pixel.
            double depth = hole.depth(x, y) + 2.4 * (fibers.at(x * 0.8, y * 0.8) - 0.5);
            Rgb edge = old.mix(rim.times(0.8 + 0.4 * fibers.at(x, y)), Ramp.smooth((depth + RIM_WIDTH) / RIM_WIDTH));
            return depth < -RIM_WIDTH ? old : edge.mix(inside(depth, fibers.at(x * 0.3, y * 0.3)), Ramp.clamp(depth));
        });
    }

    private Rgb inside(double depth, double noise) {
        return below.times((0.75 + 0.5 * noise) * Ramp.between(0.55, 1, Ramp.smooth(depth / 9)));
    }
}
