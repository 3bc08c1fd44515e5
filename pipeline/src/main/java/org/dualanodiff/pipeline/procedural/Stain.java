package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * Something soaked in or grown on: the surface shows through, filtered.
 *
 * @param filter    what the stain lets through of each channel
 * @param roughness of the outline
 * @param mottling  0 for even color, 1 for strong flecks
 */
record Stain(String name, Rgb filter, double roughness, double mottling) implements Defect {
    @Override
    public Canvas applyTo(Scene scene, UniformRandomProvider random) {
        Shape stain = Shape.blob(scene.somewhere(random), random.nextDouble(15, 26), roughness, random);
        double strength = random.nextDouble(0.75, 1);
        ValueNoise flecks = new ValueNoise(random.nextLong());
        return scene.canvas().brushed((old, x, y) -> {
            // It creeps along the surface's fine structure, so the outline is never quite smooth.
            double crept = stain.depth(x, y) + 2 * (flecks.at(x * 0.6, y * 0.6) - 0.5);
            double depth = Math.min(crept, scene.object().depth(x, y));
            double even = strength * (1 - mottling * flecks.fractal(x * 0.22, y * 0.22));
            // Pigment gathers where the drop dried last, at its outline.
            double dried = 0.3 * Ramp.smooth(depth / 2) * (1 - Ramp.smooth((depth - 2) / 4));
            double alpha = Ramp.smooth(depth / 4) * even + dried;
            return depth <= 0 ? old : old.mix(old.times(filter), Ramp.clamp(alpha));
        });
    }
}
