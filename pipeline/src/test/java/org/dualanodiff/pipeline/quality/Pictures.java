package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;

/** Pairs of a grained grey surface with a dark disc, 64 x 64. */
final class Pictures {

    static final int SIDE = 64;
    private static final int RADIUS = 6;
    private static final int DEPTH = 60;

    private Pictures() {}

    /** Surface number {@code number} with a disc at (x, y). */
    static TrainingPair disc(int number, int x, int y) {
        return disc(number, x, y, RADIUS, DEPTH);
    }

    static TrainingPair disc(int number, int x, int y, int radius, int depth) {
        byte[] mask = new byte[SIDE * SIDE];
        byte[] levels = surface(number);
        for (int i = 0; i < mask.length; i++) {
            int dx = i % SIDE - x;
            int dy = i / SIDE - y;
            if (dx * dx + dy * dy <= radius * radius) {
                mask[i] = (byte) 255;
                levels[i] = (byte) ((levels[i] & 0xff) - depth);
            }
        }
        return new TrainingPair(color(levels), grey(mask));
    }

    /** Real pairs with discs in all places. */
    static List<TrainingPair> ofOneDefect(int count) {
        Random random = new Random(1);
        return IntStream.range(0, count)
                .mapToObj(i -> disc(
                        1000 + i,
                        random.nextInt(12, 52),
                        random.nextInt(12, 52),
                        random.nextInt(5, 8),
                        random.nextInt(50, 70)))
                .toList();
    }

    /** Grain on waves that are different for each number. */
    private static byte[] surface(int number) {
        Random random = new Random(number);
        double angle = random.nextDouble() * 2 * Math.PI;
        double phase = random.nextDouble() * 2 * Math.PI;
        double length = random.nextDouble(3, 9);
        byte[] levels = new byte[SIDE * SIDE];
        for (int i = 0; i < levels.length; i++) {
            double along = (i % SIDE * Math.cos(angle) + i / SIDE * Math.sin(angle)) / length;
            levels[i] = (byte) Math.round(150 + 25 * Math.sin(along + phase) + 4 * random.nextGaussian());
        }
        return levels;
    }

    static BufferedImage color(byte[] grey) {
        byte[] levels = new byte[3 * grey.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = grey[i % grey.length];
        }
        return new Image(SIDE, SIDE, 3, levels).buffered();
    }

    static BufferedImage grey(byte[] levels) {
        return new Image(SIDE, SIDE, 1, levels).buffered();
    }

    /** One level everywhere. */
    static BufferedImage flat(int level) {
        byte[] levels = new byte[SIDE * SIDE];
        Arrays.fill(levels, (byte) level);
        return color(levels);
    }

    static BufferedImage emptyMask() {
        return grey(new byte[SIDE * SIDE]);
    }

    /** The image moved right and down by so many pixels, its border repeated. */
    static BufferedImage moved(BufferedImage image, int by) {
        Image from = Image.of(image);
        byte[] levels = new byte[from.levels().length];
        for (int i = 0; i < levels.length; i++) {
            int x = Math.max(0, i % SIDE - by);
            int y = Math.max(0, i / SIDE % SIDE - by);
            levels[i] = (byte) from.level(i / (SIDE * SIDE), y, x);
        }
        return new Image(SIDE, SIDE, from.channels(), levels).buffered();
    }
}
