package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.random.NoiseSource;

/**
 * Real defects pasted elsewhere: mirrored, turned by up to 15 degrees, scaled by 0.8 to 1.2, put anywhere on a defect-free
 * image, brightened or darkened as the ground there asks for, with a soft edge. What the simplest honest augmentation does;
 * generated pairs have to beat it.
 */
final class CutPaste {

    private static final double MOST_DEGREES = 15;
    private static final double LEAST_SCALE = 0.8;
    private static final double MOST_SCALE = 1.2;
    private static final double LEAST_GAIN = 0.5;
    private static final double MOST_GAIN = 2;
    private static final int RING = 5;
    private static final int TRIES = 20;

    private final List<DetectorPair> defects;
    private final List<DetectorPair> normals;
    private final String name;

    /**
     * @param defects of one type, each with a defect
     * @param name of the type and the seed; the numbers drawn follow from it
     */
    CutPaste(List<DetectorPair> defects, List<DetectorPair> normals, String name) {
        this.defects = defects;
        this.normals = normals;
        this.name = name;
    }

    /** The pair of this number, always the same. */
    DetectorPair pair(int index) {
        UniformRandomProvider random = NoiseSource.generator("cut-paste", name, Integer.toString(index));
        DetectorPair source = flipped(defects.get(random.nextInt(defects.size())), random);
        Image target = normals.get(random.nextInt(normals.size())).image();
        Cutting cutting = cutting(source, target.width(), target.height(), random);
        int x = random.nextInt(target.width() - cutting.boxWidth() + 1) - cutting.left();
        int y = random.nextInt(target.height() - cutting.boxHeight() + 1) - cutting.top();
        return paste(source, cutting, target, x, y);
    }

    private static DetectorPair flipped(DetectorPair pair, UniformRandomProvider random) {
        Flip flip = Flip.values()[random.nextInt(Flip.values().length)];
        return new DetectorPair(pair.image().flip(flip), pair.mask().flip(flip));
    }

    /** A turn and scale under which the defect neither vanishes nor outgrows the image; after some tries, none. */
    private static Cutting cutting(DetectorPair source, int width, int height, UniformRandomProvider random) {
        for (int i = 0; i < TRIES; i++) {
            double degrees = MOST_DEGREES * (2 * random.nextDouble() - 1);
            double scale = LEAST_SCALE + (MOST_SCALE - LEAST_SCALE) * random.nextDouble();
            Cutting cutting = Cutting.of(source, Math.toRadians(degrees), scale);
            if (!cutting.isEmpty() && cutting.boxWidth() <= width && cutting.boxHeight() <= height) {
                return cutting;
            }
        }
        return Cutting.of(source, 0, 1);
    }

    /** @param x where the cutting's column 0 falls on the target; @param y likewise */
    private static DetectorPair paste(DetectorPair source, Cutting cutting, Image target, int x, int y) {
        int width = target.width();
        int height = target.height();
        boolean[] mask = new boolean[width * height];
        for (int i = 0; i < mask.length; i++) {
            mask[i] = cutting.isDefect(i % width - x, i / width - y);
        }
        float[] alpha = Plane.blurred(Plane.dilated(mask, width, height, 1), width, height);
        double gain = gain(Plane.mean(target, mask), source);
        byte[] levels = target.levels().clone();
        for (int i = 0; i < levels.length; i++) {
            int pixel = i % mask.length;
            if (alpha[pixel] > 0) {
                double pasted = gain * cutting.level(i / mask.length, pixel % width - x, pixel / width - y);
                levels[i] = Plane.level(alpha[pixel] * pasted + (1 - alpha[pixel]) * (levels[i] & 0xff));
            }
        }
        return new DetectorPair(new Image(width, height, target.channels(), levels), Plane.mask(mask, width, height));
    }

    /** How much brighter the new ground is than the ring around the defect where it comes from. */
    private static double gain(double ground, DetectorPair source) {
        int width = source.mask().width();
        int height = source.mask().height();
        boolean[] defect = Plane.set(source.mask());
        boolean[] ring = Plane.dilated(defect, width, height, RING);
        for (int i = 0; i < ring.length; i++) {
            ring[i] = ring[i] && !defect[i];
        }
        double around = Plane.mean(source.image(), ring);
        double gain = ground / around;
        return Double.isFinite(gain) ? Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain)) : 1;
    }
}
