package org.dualanodiff.model.image;

/**
 * Bilinear resize that equals the Python Imaging Library's, level for level.
 *
 * <p>The triangle filter widens with the down-scale factor (so it is antialiased), its weights are fixed point with
 * {@value #PRECISION_BITS} fraction bits, and each of the two passes, rows first, rounds to 8 bits. Source: Pillow,
 * {@code libImaging/Resample.c}; the size and crop rules are torchvision's {@code Resize} and {@code CenterCrop}.
 */
public final class PilResize {
    private static final int PRECISION_BITS = 32 - 8 - 2;

    private PilResize() {}

    /** Scales to exactly {@code width x height}; a side that already fits is left untouched. */
    public static Image resize(Image pixels, int width, int height) {
        if (width < 1 || height < 1) {
            throw new IllegalArgumentException("Target size must be positive, was %d x %d".formatted(width, height));
        }
        return resizeColumns(resizeRows(pixels, width), height);
    }

    /** Scales the shorter side to {@code size}; the longer becomes {@code (int) (size * longer / shorter)}. */
    public static Image resizeShorterSide(Image pixels, int size) {
        int shorter = Math.min(pixels.width(), pixels.height());
        int longer = (int) ((double) size * Math.max(pixels.width(), pixels.height()) / shorter);
        return pixels.width() <= pixels.height() ? resize(pixels, size, longer) : resize(pixels, longer, size);
    }

    /** The middle {@code size x size} window; an odd rest is split by rounding half to even. */
    public static Image centerCrop(Image pixels, int size) {
        if (size > pixels.width() || size > pixels.height()) {
            throw new IllegalArgumentException(
                    "Cannot crop %d x %d out of %d x %d pixels".formatted(size, size, pixels.width(), pixels.height()));
        }
        int left = (int) Math.rint((pixels.width() - size) / 2.0);
        int top = (int) Math.rint((pixels.height() - size) / 2.0);
        return pixels.crop(left, top, size, size);
    }

    private static Image resizeRows(Image from, int width) {
        if (width == from.width()) {
            return from;
        }
        Weights weights = Weights.between(from.width(), width);
        int rows = from.channels() * from.height();
        byte[] to = new byte[rows * width];
        for (int row = 0; row < rows; row++) {
            for (int x = 0; x < width; x++) {
                to[row * width + x] = weights.apply(x, from.levels(), row * from.width(), 1);
            }
        }
        return new Image(width, from.height(), from.channels(), to);
    }

    private static Image resizeColumns(Image from, int height) {
        if (height == from.height()) {
            return from;
        }
        Weights weights = Weights.between(from.height(), height);
        int width = from.width();
        byte[] to = new byte[from.channels() * height * width];
        for (int row = 0; row < from.channels() * height; row++) {
            int plane = row / height * from.height() * width;
            for (int x = 0; x < width; x++) {
                to[row * width + x] = weights.apply(row % height, from.levels(), plane + x, width);
            }
        }
        return new Image(width, height, from.channels(), to);
    }

    /** For each output position: the first input position it sees and the fixed-point weights from there on. */
    private record Weights(int[] first, int[][] weights) {
        static Weights between(int inputSize, int outputSize) {
            double scale = (double) inputSize / outputSize;
            double support = Math.max(scale, 1.0);
            int[] first = new int[outputSize];
            int[][] weights = new int[outputSize][];
            for (int i = 0; i < outputSize; i++) {
                double center = (i + 0.5) * scale;
                first[i] = Math.max(0, (int) (center - support + 0.5));
                int end = Math.min(inputSize, (int) (center + support + 0.5));
                weights[i] = fixedPoint(triangle(first[i], end, center, support));
            }
            return new Weights(first, weights);
        }

        private static double[] triangle(int first, int end, double center, double support) {
            double[] values = new double[end - first];
            // Multiplying by the reciprocal, as Pillow does: a division could round a weight the other way.
            double inverse = 1.0 / support;
            double sum = 0;
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.max(0.0, 1.0 - Math.abs((i + first - center + 0.5) * inverse));
                sum += values[i];
            }
            for (int i = 0; i < values.length; i++) {
                values[i] /= sum;
            }
            return values;
        }

        private static int[] fixedPoint(double[] values) {
            int[] fixed = new int[values.length];
            for (int i = 0; i < values.length; i++) {
                fixed[i] = (int) (0.5 + values[i] * (1 << PRECISION_BITS));
            }
            return fixed;
        }

        byte apply(int position, byte[] levels, int offset, int stride) {
            int[] kernel = weights[position];
            int sum = 1 << (PRECISION_BITS - 1);
            int at = offset + first[position] * stride;
            for (int weight : kernel) {
                sum += (levels[at] & 0xff) * weight;
                at += stride;
            }
            return (byte) Math.min(255, sum >> PRECISION_BITS);
        }
    }
}
