package org.dualanodiff.pipeline.crop;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.random.NoiseSource;

/**
 * Real defects pasted on a defect-free image: turned by up to 15 degrees, scaled by 0.8 to 1.2, brightened or darkened as the
 * ground there asks for, with a soft edge. Mirrored and put anywhere, that is the simplest honest augmentation, which generated
 * pairs have to beat; in their place, real defects are what such pairs can start from.
 */
public final class CutPaste {

    private static final double MOST_DEGREES = 15;
    private static final double LEAST_SCALE = 0.8;
    private static final double MOST_SCALE = 1.2;
    private static final double LEAST_GAIN = 0.5;
    private static final double MOST_GAIN = 2;
    private static final int RING = 5;

    /** Pixels between a defect and the border that it comes in from: masks often end a little before it. */
    private static final int TOUCHING = 3;

    /** Gaussian of sigma 1, cut at three pixels. */
    private static final float[] GAUSSIAN = gaussian(3);

    private static final int TRIES = 20;

    private final List<DetectorPair> defects;
    private final List<DetectorPair> normals;
    private final String name;

    /**
     * @param defects of one type, each with a defect
     * @param name of the type and the seed; the numbers drawn follow from it
     */
    public CutPaste(List<DetectorPair> defects, List<DetectorPair> normals, String name) {
        this.defects = defects;
        this.normals = normals;
        this.name = name;
    }

    /** The pair of this number, always the same. */
    public DetectorPair pair(int index) {
        UniformRandomProvider random = NoiseSource.generator("cut-paste", name, Integer.toString(index));
        DetectorPair drawn = defects.get(random.nextInt(defects.size()));
        Flip flip = Flip.values()[random.nextInt(Flip.values().length)];
        DetectorPair source = drawn.flip(flip);
        Image target = normals.get(random.nextInt(normals.size())).image();
        Cutting cutting = cutting(source, Borders.NONE, target.width(), target.height(), random);
        Box box = cutting.defect.box();
        int x = random.nextInt(target.width() - box.width() + 1) - box.x();
        int y = random.nextInt(target.height() - box.height() + 1) - box.y();
        return paste(source, cutting, target, x, y);
    }

    /** A turn and scale under which the defect neither vanishes nor outgrows the image; after some tries, none. */
    private static Cutting cutting(
            DetectorPair source, Borders borders, int width, int height, UniformRandomProvider random) {
        double least = borders.spanned() ? 1 : LEAST_SCALE;
        double most = mostTurn(source.mask().box(), borders);
        for (int i = 0; i < TRIES; i++) {
            double turn = Math.toRadians(MOST_DEGREES * (2 * random.nextDouble() - 1));
            double scale = least + (MOST_SCALE - least) * random.nextDouble();
            Cutting cutting = new Cutting(source, borders, Math.min(most, Math.max(-most, turn)), scale);
            Box box = cutting.defect.box();
            boolean fits = (borders.left() || borders.right() || box.width() <= width)
                    && (borders.top() || borders.bottom() || box.height() <= height);
            if (!cutting.defect.isEmpty() && fits) {
                return cutting;
            }
        }
        return new Cutting(source, borders, 0, 1);
    }

    /** In radians: the ends of what lies along a border come off it by a quarter of its depth at most. */
    private static double mostTurn(Box box, Borders borders) {
        double most = Math.PI / 2;
        if (borders.left() || borders.right()) {
            most = Math.min(
                    most, Math.atan2(box.width(), (borders.top() == borders.bottom() ? 2.0 : 4.0) * box.height()));
        }
        if (borders.top() || borders.bottom()) {
            most = Math.min(
                    most, Math.atan2(box.height(), (borders.left() == borders.right() ? 2.0 : 4.0) * box.width()));
        }
        return most;
    }

    /**
     * A defect on another image, in the place that it has in its own. One that comes in from a border is turned less if it is
     * shallow, and scaled about that border; one from border to border is not made smaller.
     *
     * @param source with a defect
     * @param near borders that it comes in from, or lies close to
     * @param target of the same size and channels
     */
    public static DetectorPair inPlace(DetectorPair source, Borders near, Image target, UniformRandomProvider random) {
        Borders borders = near.within(TOUCHING, source.mask());
        Cutting cutting = cutting(source, borders, target.width(), target.height(), random);
        int x = (int) Math.round(cutting.middleX - (cutting.side - 1) / 2.0);
        int y = (int) Math.round(cutting.middleY - (cutting.side - 1) / 2.0);
        return paste(source, cutting, target, x, y);
    }

    /** @param x where the cutting's column 0 falls on the target; @param y likewise */
    private static DetectorPair paste(DetectorPair source, Cutting cutting, Image target, int x, int y) {
        int width = target.width();
        int height = target.height();
        Mask mask = Mask.where(width, height, i -> cutting.defect.at(i % width - x, i / width - y));
        float[] alpha = blurred(mask.dilatedBySquare(1));
        double gain = gain(mean(target, mask), source);
        byte[] levels = target.levels().clone();
        for (int i = 0; i < levels.length; i++) {
            int pixel = i % alpha.length;
            if (alpha[pixel] > 0) {
                double pasted = gain * cutting.level(i / alpha.length, pixel % width - x, pixel / width - y);
                levels[i] = Image.toLevel(alpha[pixel] * pasted + (1 - alpha[pixel]) * (levels[i] & 0xff));
            }
        }
        return new DetectorPair(new Image(width, height, target.channels(), levels), mask);
    }

    /** How much brighter the new ground is than the ring around the defect where it comes from. */
    private static double gain(double ground, DetectorPair source) {
        Mask defect = source.mask();
        boolean[] grown = defect.dilatedBySquare(RING).set();
        Mask ring = Mask.where(defect.width(), defect.height(), i -> grown[i] && !defect.set()[i]);
        double around = mean(source.image(), ring);
        double gain = ground / around;
        return Double.isFinite(gain) ? Math.min(MOST_GAIN, Math.max(LEAST_GAIN, gain)) : 1;
    }

    /** The mean level of all channels inside a mask; NaN where it is empty. */
    private static double mean(Image image, Mask mask) {
        boolean[] set = mask.set();
        double sum = 0;
        for (int i = 0; i < image.levels().length; i++) {
            sum += set[i % set.length] ? image.levels()[i] & 0xff : 0;
        }
        return sum / image.channels() / mask.area();
    }

    /** The mask as 0 and 1, blurred with sigma 1; what lies outside counts as the edge. */
    private static float[] blurred(Mask mask) {
        float[] plane = new float[mask.set().length];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = mask.set()[i] ? 1 : 0;
        }
        float[] rows = blurredAlong(plane, mask.width(), mask.height(), true);
        return blurredAlong(rows, mask.width(), mask.height(), false);
    }

    private static float[] blurredAlong(float[] plane, int width, int height, boolean rows) {
        float[] blurred = new float[plane.length];
        int reach = GAUSSIAN.length / 2;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                float sum = 0;
                for (int k = -reach; k <= reach; k++) {
                    int column = clamp(rows ? x + k : x, width);
                    int row = clamp(rows ? y : y + k, height);
                    sum += GAUSSIAN[k + reach] * plane[row * width + column];
                }
                blurred[y * width + x] = sum;
            }
        }
        return blurred;
    }

    private static int clamp(int position, int length) {
        return Math.min(length - 1, Math.max(0, position));
    }

    private static float[] gaussian(int reach) {
        float[] weights = new float[2 * reach + 1];
        float sum = 0;
        for (int k = -reach; k <= reach; k++) {
            weights[k + reach] = (float) Math.exp(-k * k / 2.0);
            sum += weights[k + reach];
        }
        for (int i = 0; i < weights.length; i++) {
            weights[i] /= sum;
        }
        return weights;
    }

    /**
     * A defect cut out of its image, turned and scaled about the middle of its bounding box, or about the border that it comes
     * in from, on a square canvas with room for a soft edge.
     */
    private static final class Cutting {

        private static final int MARGIN = 6;

        private final DetectorPair source;
        private final Borders borders;
        private final Box box;
        private final double middleX;
        private final double middleY;
        private final double cosine;
        private final double sine;
        private final int side;
        private final Mask defect;

        /**
         * @param source with a defect
         * @param borders beyond which the defect and its image go on as they are there
         * @param turn in radians
         * @param scale 1 keeps the size
         */
        Cutting(DetectorPair source, Borders borders, double turn, double scale) {
            this.source = source;
            this.borders = borders;
            this.box = source.mask().box();
            this.middleX = middle(
                    borders.left(),
                    borders.right(),
                    box.centerX(),
                    source.mask().width());
            this.middleY = middle(
                    borders.top(),
                    borders.bottom(),
                    box.centerY(),
                    source.mask().height());
            this.cosine = Math.cos(turn) / scale;
            this.sine = Math.sin(turn) / scale;
            double across = Math.max(middleX - box.x(), box.right() - 1 - middleX) + 0.5;
            double along = Math.max(middleY - box.y(), box.bottom() - 1 - middleY) + 0.5;
            this.side = (int) Math.ceil(2 * scale * Math.hypot(across, along)) + 2 * MARGIN;
            this.defect = Mask.where(side, side, i -> {
                int x = (int) Math.round(sourceX(i % side, i / side));
                int y = (int) Math.round(sourceY(i % side, i / side));
                return source.mask().at(x, y);
            });
        }

        /** On one axis: the border that the defect comes in from, where it is one alone, else the middle of its box. */
        private static double middle(boolean first, boolean last, double center, int length) {
            return first == last ? center - 0.5 : first ? -0.5 : length - 0.5;
        }

        /** The source's level at a place of the canvas. */
        double level(int channel, int x, int y) {
            return source.image().between(channel, sourceX(x, y), sourceY(x, y));
        }

        private double sourceX(int x, int y) {
            double middle = (side - 1) / 2.0;
            double found = middleX + cosine * (x - middle) + sine * (y - middle);
            double least = borders.left() ? Math.max(box.x(), found) : found;
            return borders.right() ? Math.min(box.right() - 1, least) : least;
        }

        private double sourceY(int x, int y) {
            double middle = (side - 1) / 2.0;
            double found = middleY - sine * (x - middle) + cosine * (y - middle);
            double least = borders.top() ? Math.max(box.y(), found) : found;
            return borders.bottom() ? Math.min(box.bottom() - 1, least) : least;
        }
    }
}
