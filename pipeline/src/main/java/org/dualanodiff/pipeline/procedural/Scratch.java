package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * A groove or a thread: a wandering line that is lit on one side.
 *
 * @param core   color of the line
 * @param edge   color of the side towards the light
 * @param wander change of heading a step in radians: little for a scratch, much for a crack
 */
record Scratch(String name, Rgb core, Rgb edge, double wander) implements Defect {
    private static final double EDGE_OFFSET = 1.3;

    @Override
    public Canvas applyTo(Scene scene, UniformRandomProvider random) {
        double halfWidth = random.nextDouble(1.7, 2.8);
        Shape line = Stroke.through(scene.somewhere(random), random.nextDouble(90, 150), halfWidth, wander, random);
        ValueNoise grit = new ValueNoise(random.nextLong());
        return scene.canvas().brushed((old, x, y) -> {
            double onProduct = scene.object().coverage(x, y);
            Rgb lit = old.mix(edge, 0.75 * onProduct * line.coverage(x - EDGE_OFFSET, y - EDGE_OFFSET));
            double alpha = onProduct * line.coverage(x, y) * (0.8 + 0.2 * grit.at(x * 0.5, y * 0.5));
            return lit.mix(core.times(0.85 + 0.3 * grit.at(x, y)), alpha);
        });
    }
}
