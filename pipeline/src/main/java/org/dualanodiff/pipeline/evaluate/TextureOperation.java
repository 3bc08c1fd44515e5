package org.dualanodiff.pipeline.evaluate;

import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.dualanodiff.model.image.Image;

/** What a texture goes through before it becomes a drawn defect; the seven kinds that DRAEM uses. */
enum TextureOperation {
    GAMMA((image, random) -> {
        double exponent = 0.5 + 1.5 * random.nextDouble();
        return byLevel(image, level -> 255 * Math.pow(level / 255, exponent));
    }),
    GAIN_AND_OFFSET((image, random) -> {
        double gain = 0.8 + 0.4 * random.nextDouble();
        double offset = 60 * random.nextDouble() - 30;
        return byLevel(image, level -> gain * level + offset);
    }),
    SOLARIZE((image, random) -> {
        double threshold = 32 + 96 * random.nextDouble();
        return byLevel(image, level -> level > threshold ? 255 - level : level);
    }),
    POSTERIZE((image, random) -> {
        int step = 1 << (2 + random.nextInt(5));
        return byLevel(image, level -> Math.floor(level / step) * step);
    }),
    ROTATE((image, random) -> rotated(image, Math.PI / 2 * (random.nextDouble() - 0.5))),
    EQUALIZE((image, random) -> equalized(image)),
    SHUFFLE_TILES(TextureOperation::shuffled);

    private static final int TILES = 4;

    private final BiFunction<Image, UniformRandomProvider, Image> operation;

    TextureOperation(BiFunction<Image, UniformRandomProvider, Image> operation) {
        this.operation = operation;
    }

    /** A new image of the same size. */
    Image apply(Image image, UniformRandomProvider random) {
        return operation.apply(image, random);
    }

    private static Image byLevel(Image pixels, DoubleUnaryOperator function) {
        byte[] table = new byte[256];
        for (int level = 0; level < table.length; level++) {
            table[level] = Blending.level(function.applyAsDouble(level));
        }
        byte[] levels = new byte[pixels.levels().length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = table[pixels.levels()[i] & 0xff];
        }
        return new Image(pixels.width(), pixels.height(), pixels.channels(), levels);
    }

    private static Image rotated(Image pixels, double turn) {
        int width = pixels.width();
        int area = width * pixels.height();
        double middleX = (width - 1) / 2.0;
        double middleY = (pixels.height() - 1) / 2.0;
        byte[] levels = new byte[pixels.levels().length];
        for (int i = 0; i < levels.length; i++) {
            double x = i % width - middleX;
            double y = i % area / width - middleY;
            double fromX = middleX + Math.cos(turn) * x + Math.sin(turn) * y;
            double fromY = middleY - Math.sin(turn) * x + Math.cos(turn) * y;
            levels[i] = Blending.level(Blending.bilinear(pixels, i / area, fromX, fromY));
        }
        return new Image(width, pixels.height(), pixels.channels(), levels);
    }

    /** Each channel's levels spread so that all are about equally frequent. */
    private static Image equalized(Image pixels) {
        int area = pixels.width() * pixels.height();
        byte[] levels = new byte[pixels.levels().length];
        for (int channel = 0; channel < pixels.channels(); channel++) {
            double[] share = new double[256];
            for (int i = 0; i < area; i++) {
                share[pixels.levels()[channel * area + i] & 0xff] += 1.0 / area;
            }
            for (int level = 1; level < share.length; level++) {
                share[level] += share[level - 1];
            }
            for (int i = 0; i < area; i++) {
                levels[channel * area + i] = Blending.level(255 * share[pixels.levels()[channel * area + i] & 0xff]);
            }
        }
        return new Image(pixels.width(), pixels.height(), pixels.channels(), levels);
    }

    private static Image shuffled(Image pixels, UniformRandomProvider random) {
        int tileWidth = Math.max(1, pixels.width() / TILES);
        int tileHeight = Math.max(1, pixels.height() / TILES);
        int[] order = IntStream.range(0, TILES * TILES).toArray();
        PermutationSampler.shuffle(random, order);
        byte[] levels = pixels.levels().clone();
        int area = pixels.width() * pixels.height();
        for (int i = 0; i < levels.length; i++) {
            int x = i % pixels.width();
            int y = i % area / pixels.width();
            int tile = y / tileHeight * TILES + x / tileWidth;
            // What the division leaves at the right and lower edge stays in place.
            if (x < TILES * tileWidth && y < TILES * tileHeight) {
                int from = order[tile];
                levels[i] = (byte) pixels.level(
                        i / area, from / TILES * tileHeight + y % tileHeight, from % TILES * tileWidth + x % tileWidth);
            }
        }
        return new Image(pixels.width(), pixels.height(), pixels.channels(), levels);
    }
}
