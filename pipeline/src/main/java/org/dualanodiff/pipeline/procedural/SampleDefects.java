package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Field.Interpolation.clamp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.lerp;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.smoothstep;

import java.util.Collections;
import java.util.List;

/** What can go wrong with the sample products. Nothing else is drawn with these, see {@link ProceduralCorpus}. */
final class SampleDefects {
    private SampleDefects() {}

    /**
     * A groove or a thread: a wandering line that is lit on one side.
     *
     * @param core   color of the line
     * @param edge   color of the side towards the light
     * @param wander change of heading a step in radians: little for a scratch, much for a crack
     */
    static Defect scratch(String name, Rgb core, Rgb edge, double wander) {
        return new Defect(name, (scene, random) -> {
            double halfWidth = random.uniform(1.7, 2.8);
            Field line = line(scene.somewhere(random), random.uniform(90, 150), halfWidth, wander, random);
            Noise grit = random.noise();
            return (old, x, y) -> {
                double onProduct = scene.object().coverage(x, y);
                Rgb lit = old.mix(edge, 0.75 * onProduct * line.coverage(x - 1.3, y - 1.3));
                double alpha = onProduct * line.coverage(x, y) * (0.8 + 0.2 * grit.at(x * 0.5, y * 0.5));
                return lit.mix(core.times(0.85 + 0.3 * grit.at(x, y)), alpha);
            };
        });
    }

    /** A line that wanders both ways from its middle, where it is thickest. */
    private static Field line(Point middle, double length, double halfWidth, double wander, PictureRandom random) {
        double heading = random.angle();
        List<Point> points = Shapes.walk(middle, heading + StrictMath.PI, length / 2, wander, 0, random);
        Collections.reverse(points);
        List<Point> ahead = Shapes.walk(middle, heading, length / 2, wander, 0, random);
        points.addAll(ahead.subList(1, ahead.size()));
        return Shapes.line(
                points, (piece, pieces) -> halfWidth * (0.4 + 0.6 * StrictMath.sin(StrictMath.PI * piece / pieces)));
    }

    /**
     * A piece broken off the product's rim: the ground is seen where it was.
     *
     * @param fracture color of the fresh break
     */
    static Defect chip(String name, Rgb fracture) {
        return new Defect(name, (scene, random) -> {
            Field chip = Shapes.blob(scene.onRim(random), random.uniform(15, 24), 0.35, random);
            Noise grain = random.noise();
            return (old, x, y) -> {
                double depth = chip.at(x, y);
                double alpha = scene.object().coverage(x, y) > 0 ? clamp(depth + 3.5) : 0;
                Rgb rough = fracture.times(0.6 + 0.8 * grain.fractal(x * 0.5, y * 0.5));
                return old.mix(rough.mix(scene.ground().at(x, y), clamp(depth)), alpha);
            };
        });
    }

    /** A hollow pressed into the surface: its far wall catches the light, its near wall lies in shade. */
    static Defect dent(String name) {
        return new Defect(name, (scene, random) -> {
            Field dent = Shapes.blob(scene.somewhere(random), random.uniform(14, 21), 0.2, random)
                    .and(scene.object());
            double strength = random.uniform(2.2, 3.2);
            Field floor = dent.map(depth -> smoothstep(depth / 7));
            return (old, x, y) -> {
                double depth = dent.at(x, y);
                if (depth <= 0) {
                    return old;
                }
                double shade = 0.8 - strength * floor.slope(x, y, Point.UPPER_LEFT);
                return old.times(lerp(1, Math.max(0.3, shade), smoothstep(depth / 1.5)));
            };
        });
    }

    /**
     * A hole with a ragged rim, dark below.
     *
     * @param below what is seen through it
     * @param rim   color of the torn edge
     */
    static Defect hole(String name, Rgb below, Rgb rim, double roughness) {
        double rimWidth = 3;
        return new Defect(name, (scene, random) -> {
            Field hole = Shapes.blob(scene.somewhere(random), random.uniform(13, 23), roughness, random)
                    .and(scene.object());
            Noise fibers = random.noise();
            return (old, x, y) -> {
                // Loose fibers: the outline is ragged pixel by pixel.
                double depth = hole.at(x, y) + 2.4 * (fibers.at(x * 0.8, y * 0.8) - 0.5);
                if (depth < -rimWidth) {
                    return old;
                }
                Rgb torn = rim.times(0.8 + 0.4 * fibers.at(x, y));
                Rgb inside =
                        below.times((0.75 + 0.5 * fibers.at(x * 0.3, y * 0.3)) * lerp(0.55, 1, smoothstep(depth / 9)));
                return old.mix(torn, smoothstep((depth + rimWidth) / rimWidth)).mix(inside, clamp(depth));
            };
        });
    }

    /**
     * Something soaked in or grown on: the surface shows through, filtered.
     *
     * @param filter    what the stain lets through of each channel
     * @param roughness of the outline
     * @param mottling  0 for even color, 1 for strong flecks
     */
    static Defect stain(String name, Rgb filter, double roughness, double mottling) {
        return new Defect(name, (scene, random) -> {
            Field stain = Shapes.blob(scene.somewhere(random), random.uniform(15, 26), roughness, random);
            double strength = random.uniform(0.75, 1);
            Noise flecks = random.noise();
            return (old, x, y) -> {
                // It creeps along the surface's fine structure, so the outline is never quite smooth.
                double crept = stain.at(x, y) + 2 * (flecks.at(x * 0.6, y * 0.6) - 0.5);
                double depth = Math.min(crept, scene.object().at(x, y));
                if (depth <= 0) {
                    return old;
                }
                double even = strength * (1 - mottling * flecks.fractal(x * 0.22, y * 0.22));
                // Pigment gathers where the drop dried last, at its outline.
                double dried = 0.3 * smoothstep(depth / 2) * (1 - smoothstep((depth - 2) / 4));
                return old.mix(old.times(filter), clamp(smoothstep(depth / 4) * even + dried));
            };
        });
    }
}
