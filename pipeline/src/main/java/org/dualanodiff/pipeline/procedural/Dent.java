package org.dualanodiff.pipeline.procedural;

import org.apache.commons.rng.UniformRandomProvider;

/** A hollow pressed into the surface: its far wall catches the light, its near wall lies in shade. */
record Dent(String name) implements Defect {
    private static final double WALL = 7;
    private static final Point LIGHT = Point.direction(StrictMath.toRadians(225));

    @Override
    public Canvas applyTo(Scene scene, UniformRandomProvider random) {
        Shape dent = Shape.blob(scene.somewhere(random), random.nextDouble(14, 21), 0.2, random)
                .and(scene.object());
        double strength = random.nextDouble(2.2, 3.2);
        return scene.canvas().brushed((old, x, y) -> {
            if (dent.depth(x, y) <= 0) {
                return old;
            }
            double shade = 0.8 - strength * slope(dent, x, y);
            return old.times(Ramp.between(1, Math.max(0.3, shade), Ramp.smooth(dent.depth(x, y) / 1.5)));
        });
    }

    /** How steeply the floor falls away from the light. */
    private static double slope(Shape dent, int x, int y) {
        Point gradient =
                new Point(floor(dent, x + 1, y) - floor(dent, x - 1, y), floor(dent, x, y + 1) - floor(dent, x, y - 1));
        return -gradient.dot(LIGHT);
    }

    private static double floor(Shape dent, double x, double y) {
        return Ramp.smooth(dent.depth(x, y) / WALL);
    }
}
