package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
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
        DetectorPair drawn = defects.get(random.nextInt(defects.size()));
        Flip flip = Flip.values()[random.nextInt(Flip.values().length)];
        DetectorPair source =
                new DetectorPair(drawn.image().flip(flip), drawn.mask().flip(flip));
        Image target = normals.get(random.nextInt(normals.size())).image();
        Cutting cutting = cutting(source, target.width(), target.height(), random);
        Box box = cutting.defect.box();
        int x = random.nextInt(target.width() - box.width() + 1) - box.x();
        int y = random.nextInt(target.height() - box.height() + 1) - box.y();
        return paste(source, cutting, target, x, y);
    }

    /** A turn and scale under which the defect neither vanishes nor outgrows the image; after some tries, none. */
    private static Cutting cutting(DetectorPair source, int width, int height, UniformRandomProvider random) {
        for (int i = 0; i < TRIES; i++) {
            double degrees = MOST_DEGREES * (2 * random.nextDouble() - 1);
            double scale = LEAST_SCALE + (MOST_SCALE - LEAST_SCALE) * random.nextDouble();
            Cutting cutting = new Cutting(source, Math.toRadians(degrees), scale);
            Box box = cutting.defect.box();
            if (!cutting.defect.isEmpty() && box.width() <= width && box.height() <= height) {
                return cutting;
            }
        }
        return new Cutting(source, 0, 1);
    }

    /** @param x where the cutting's column 0 falls on the target; @param y likewise */
    private static DetectorPair paste(DetectorPair source, Cutting cutting, Image target, int x, int y) {
        int width = target.width();
        int height = target.height();
        Mask mask = Mask.where(width, height, i -> cutting.isDefect(i % width - x, i / width - y));
        float[] alpha = Blending.blurred(mask.dilatedBySquare(1));
        double gain = gain(Blending.mean(target, mask), source);
        byte[] levels = target.levels().clone();
        for (int i = 0; i < levels.length; i++) {
            int pixel = i % alpha.length;
            if (alpha[pixel] > 0) {
                double pasted = gain * cutting.level(i / alpha.length, pixel % width - x, pixel / width - y);
                levels[i] = Blending.level(alpha[pixel] * pasted + (1 - alpha[pixel]) * (levels[i] & 0xff));
            }
        }
        return new DetectorPair(new Image(width, height, target.channels(), levels), mask);
    }

    /** How much brighter the new ground is than the ring around the defect where it comes from. */
    private static double gain(double ground, DetectorPair source) {
        Mask defect = source.mask();
        boolean[] grown = defect.dilatedBySquare(RING).set();
        Mask ring = Mask.where(defect.width(), defect.height(), i -> grown[i] && !defect.set()[i]);
        double around = Blending.mean(source.image(), ring);
        double gain = ground / around;
        return Double.isFinite(gain) ? Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain)) : 1;
    }

    /**
     * A defect cut out of its image, turned and scaled about the middle of its bounding box, on a square canvas with room
     * for a soft edge.
     */
    private static final class Cutting {

        private static final int MARGIN = 6;

        private final DetectorPair source;
        private final double middleX;
        private final double middleY;
        private final double cosine;
        private final double sine;
        private final int side;
        private final Mask defect;

        /**
         * @param source with a defect
         * @param turn in radians
         * @param scale 1 keeps the size
         */
        Cutting(DetectorPair source, double turn, double scale) {
            Box box = source.mask().box();
            this.source = source;
            this.middleX = box.centerX() - 0.5;
            this.middleY = box.centerY() - 0.5;
            this.cosine = Math.cos(turn) / scale;
            this.sine = Math.sin(turn) / scale;
            this.side = (int) Math.ceil(scale * Math.hypot(box.width(), box.height())) + 2 * MARGIN;
            this.defect = Mask.where(side, side, i -> {
                int x = (int) Math.round(sourceX(i % side, i / side));
                int y = (int) Math.round(sourceY(i % side, i / side));
                return isMarked(source.mask(), x, y);
            });
        }

        boolean isDefect(int x, int y) {
            return isMarked(defect, x, y);
        }

        private static boolean isMarked(Mask mask, int x, int y) {
            return x >= 0 && y >= 0 && x < mask.width() && y < mask.height() && mask.set()[y * mask.width() + x];
        }

        /** The source's level at a place of the canvas. */
        double level(int channel, int x, int y) {
            return Blending.bilinear(source.image(), channel, sourceX(x, y), sourceY(x, y));
        }

        private double sourceX(int x, int y) {
            double middle = (side - 1) / 2.0;
            return middleX + cosine * (x - middle) + sine * (y - middle);
        }

        private double sourceY(int x, int y) {
            double middle = (side - 1) / 2.0;
            return middleY - sine * (x - middle) + cosine * (y - middle);
        }
    }
}
