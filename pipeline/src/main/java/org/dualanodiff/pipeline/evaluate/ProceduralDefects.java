package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import java.util.function.BiFunction;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.random.NoiseSource;

/**
 * Drawn blobs that need no real defect (Zavrtanik et al. 2021, DRAEM): where thresholded Perlin noise lies, a defect-free
 * image shows the texture of another one, changed by three of seven operations and blended with what was there.
 */
final class ProceduralDefects {

    private static final int MOST_DOUBLINGS = 4;
    private static final double THRESHOLD = 0.5;
    private static final int OPERATIONS = 3;
    private static final double MOST_OF_BASE = 0.8;

    private final List<DetectorPair> normals;
    private final String name;

    /** @param name of the seed; the numbers drawn follow from it */
    ProceduralDefects(List<DetectorPair> normals, String name) {
        this.normals = normals;
        this.name = name;
    }

    /** The pair of this number, always the same. */
    DetectorPair pair(int index) {
        UniformRandomProvider random = NoiseSource.generator("procedural", name, Integer.toString(index));
        Image base = normals.get(random.nextInt(normals.size())).image();
        Image texture = changed(normals.get(random.nextInt(normals.size())).image(), random);
        Mask mask = blob(base.width(), base.height(), random);
        double ofBase = MOST_OF_BASE * random.nextDouble();
        byte[] levels = base.levels().clone();
        for (int i = 0; i < levels.length; i++) {
            if (mask.set()[i % mask.set().length]) {
                int drawn = texture.levels()[i] & 0xff;
                levels[i] = Image.toLevel(ofBase * (levels[i] & 0xff) + (1 - ofBase) * drawn);
            }
        }
        return new DetectorPair(new Image(base.width(), base.height(), base.channels(), levels), mask);
    }

    private static Image changed(Image texture, UniformRandomProvider random) {
        TextureOperation[] all = TextureOperation.values();
        int[] order = IntStream.range(0, all.length).toArray();
        PermutationSampler.shuffle(random, order);
        Image changed = texture;
        for (int i = 0; i < OPERATIONS; i++) {
            changed = all[order[i]].apply(changed, random);
        }
        return changed;
    }

    /** Drawn again until something of it is there. */
    private static Mask blob(int width, int height, UniformRandomProvider random) {
        Mask blob;
        do {
            PerlinNoise noise = new PerlinNoise(
                    1 << random.nextInt(MOST_DOUBLINGS + 1), 1 << random.nextInt(MOST_DOUBLINGS + 1), random);
            blob = thresholded(noise, Math.PI * (random.nextDouble() - 0.5), width, height);
        } while (blob.isEmpty());
        return blob;
    }

    private static Mask thresholded(PerlinNoise noise, double turn, int width, int height) {
        return Mask.where(width, height, i -> {
            double x = (i % width + 0.5) / width - 0.5;
            double y = (i / width + 0.5) / height - 0.5;
            double fromX = 0.5 + Math.cos(turn) * x + Math.sin(turn) * y;
            double fromY = 0.5 - Math.sin(turn) * x + Math.cos(turn) * y;
            return noise.at(fromX, fromY) > THRESHOLD;
        });
    }

    /** Gradient noise on a lattice (Perlin 2002), about -1 to 1. */
    static final class PerlinNoise {

        private final int columns;
        private final int rows;
        private final double[] gradientX;
        private final double[] gradientY;

        /** @param columns cells across; @param rows cells down */
        PerlinNoise(int columns, int rows, UniformRandomProvider random) {
            this.columns = columns;
            this.rows = rows;
            int corners = (columns + 1) * (rows + 1);
            gradientX = new double[corners];
            gradientY = new double[corners];
            for (int i = 0; i < corners; i++) {
                double angle = 2 * Math.PI * random.nextDouble();
                gradientX[i] = Math.cos(angle);
                gradientY[i] = Math.sin(angle);
            }
        }

        /** The noise at a place in units of the whole, 0 to 1 each way; 0 outside. */
        double at(double x, double y) {
            if (x < 0 || y < 0 || x >= 1 || y >= 1) {
                return 0;
            }
            double u = x * columns;
            double v = y * rows;
            int column = (int) u;
            int row = (int) v;
            double right = u - column;
            double below = v - row;
            double upper = mix(slope(column, row, right, below), slope(column + 1, row, right - 1, below), fade(right));
            double lower = mix(
                    slope(column, row + 1, right, below - 1),
                    slope(column + 1, row + 1, right - 1, below - 1),
                    fade(right));
            return Math.sqrt(2) * mix(upper, lower, fade(below));
        }

        private double slope(int column, int row, double x, double y) {
            int corner = row * (columns + 1) + column;
            return gradientX[corner] * x + gradientY[corner] * y;
        }

        private static double fade(double t) {
            return t * t * t * (t * (t * 6 - 15) + 10);
        }

        private static double mix(double a, double b, double share) {
            return a + share * (b - a);
        }
    }

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
                table[level] = Image.toLevel(function.applyAsDouble(level));
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
                levels[i] = Image.toLevel(pixels.between(i / area, fromX, fromY));
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
                    levels[channel * area + i] = Image.toLevel(255 * share[pixels.levels()[channel * area + i] & 0xff]);
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
                            i / area,
                            from / TILES * tileHeight + y % tileHeight,
                            from % TILES * tileWidth + x % tileWidth);
                }
            }
            return new Image(pixels.width(), pixels.height(), pixels.channels(), levels);
        }
    }
}
