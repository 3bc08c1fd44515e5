package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * A piece broken off the product's rim: the ground is seen where it was.
 *
 * @param fracture color of the fresh break
 */
record Chip(String name, Rgb fracture) implements Defect {
    private static final double FRACTURE_WIDTH = 3.5;

    @Override
    public Canvas applyTo(Scene scene, UniformRandomProvider random) {
        Shape chip = Shape.blob(scene.onRim(random), random.nextDouble(15, 24), 0.35, random);
        ValueNoise grain = new ValueNoise(random.nextLong());
        return scene.canvas().brushed((old, x, y) -> {
            double depth = chip.depth(x, y);
            double alpha = scene.object().coverage(x, y) > 0 ? Ramp.clamp(depth + FRACTURE_WIDTH) : 0;
            Rgb rough = fracture.times(0.6 + 0.8 * grain.fractal(x * 0.5, y * 0.5));
            return old.mix(rough.mix(scene.ground().at(x, y), Ramp.clamp(depth)), alpha);
        });
    }
}
