package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.image.Box;
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

    /**
     * A defect cut out of its image, turned and scaled about the middle of its bounding box, on a square canvas with room for a
     * soft edge.
     *
     * @param side of the canvas
     * @param defect {@code (side, side)}
     * @param left first column of the defect on the canvas; the other three likewise
     */
    record Cutting(
            DetectorPair source,
            double middleX,
            double middleY,
            double cosine,
            double sine,
            int side,
            boolean[] defect,
            int left,
            int top,
            int right,
            int bottom) {

        private static final int MARGIN = 6;

        /**
         * @param turn in radians
         * @param scale 1 keeps the size
         */
        static Cutting of(DetectorPair source, double turn, double scale) {
            int width = source.mask().width();
            Box box = MaskShape.of(width, source.mask().height(), Plane.set(source.mask()))
                    .box()
                    .orElseThrow(() -> new IllegalArgumentException("there is no defect to cut out"));
            double diagonal = Math.hypot(box.width(), box.height());
            int side = (int) Math.ceil(scale * diagonal) + 2 * MARGIN;
            Cutting canvas = new Cutting(
                    source,
                    box.centerX() - 0.5,
                    box.centerY() - 0.5,
                    Math.cos(turn) / scale,
                    Math.sin(turn) / scale,
                    side,
                    new boolean[side * side],
                    side,
                    side,
                    -1,
                    -1);
            return canvas.filled();
        }

        private Cutting filled() {
            for (int i = 0; i < defect.length; i++) {
                int x = (int) Math.round(sourceX(i % side, i / side));
                int y = (int) Math.round(sourceY(i % side, i / side));
                boolean inside = x >= 0
                        && y >= 0
                        && x < source.mask().width()
                        && y < source.mask().height();
                defect[i] = inside && source.mask().level(0, y, x) != 0;
            }
            return MaskShape.of(side, side, defect)
                    .box()
                    .map(box -> new Cutting(
                            source,
                            middleX,
                            middleY,
                            cosine,
                            sine,
                            side,
                            defect,
                            box.x(),
                            box.y(),
                            box.right() - 1,
                            box.bottom() - 1))
                    .orElse(this);
        }

        boolean isEmpty() {
            return right < 0;
        }

        int boxWidth() {
            return right - left + 1;
        }

        int boxHeight() {
            return bottom - top + 1;
        }

        boolean isDefect(int x, int y) {
            return x >= 0 && y >= 0 && x < side && y < side && defect[y * side + x];
        }

        /** The source's level at a place of the canvas. */
        double level(int channel, int x, int y) {
            return Plane.bilinear(source.image(), channel, sourceX(x, y), sourceY(x, y));
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
