package org.dualanodiff.model.mask;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Scales masks so that their area stays what it was: each pixel of the result gets the share of it that is defect, and so
 * many of those with the largest shares are marked as the area asks for. Where more have the same share than are wanted,
 * as along a line thinner than a pixel, those taken are spread evenly, so that extent and place stay, too.
 */
final class MaskScaling {

    /** Shares closer than this are the same. */
    private static final double STEPS = 1 << 16;

    private MaskScaling() {}

    static Mask scaled(Mask mask, int width, int height) {
        double[] shares = shares(mask.set(), mask.width(), mask.height(), width, height);
        double scale = (double) width * height / mask.set().length;
        int wanted = mask.isEmpty() ? 0 : (int) Math.max(1, Math.round(mask.area() * scale));
        return new Mask(width, height, largest(shares, wanted));
    }

    private static boolean[] largest(double[] shares, int wanted) {
        boolean[] set = new boolean[shares.length];
        long[] rounded =
                Arrays.stream(shares).mapToLong(s -> Math.round(s * STEPS)).toArray();
        long least = Arrays.stream(rounded)
                .sorted()
                .skip(shares.length - wanted)
                .findFirst()
                .orElse(Long.MAX_VALUE);
        int[] above = IntStream.range(0, rounded.length)
                .filter(i -> rounded[i] > least)
                .toArray();
        int[] equal = IntStream.range(0, rounded.length)
                .filter(i -> rounded[i] == least)
                .toArray();
        Arrays.stream(above).forEach(i -> set[i] = true);
        int rest = Math.max(0, Math.min(equal.length, wanted - above.length));
        for (int k = 0; k < rest; k++) {
            set[equal[(int) ((2L * k + 1) * equal.length / (2L * rest))]] = true;
        }
        return set;
    }

    private static double[] shares(boolean[] set, int fromWidth, int fromHeight, int width, int height) {
        double[] rows = new double[fromHeight * width];
        for (int x = 0; x < width; x++) {
            Span span = Span.of(x, (double) fromWidth / width, fromWidth);
            for (int y = 0; y < fromHeight; y++) {
                int row = y * fromWidth;
                rows[y * width + x] = span.mean(i -> set[row + i] ? 1 : 0);
            }
        }
        double[] both = new double[width * height];
        for (int y = 0; y < height; y++) {
            Span span = Span.of(y, (double) fromHeight / height, fromHeight);
            for (int x = 0; x < width; x++) {
                int column = x;
                both[y * width + x] = span.mean(i -> rows[i * width + column]);
            }
        }
        return both;
    }

    /** The stretch of the input that one position of the output covers. */
    private record Span(double from, double to, int length) {

        static Span of(int position, double scale, int length) {
            return new Span(position * scale, (position + 1) * scale, length);
        }

        double mean(IntToDoubleFunction value) {
            double sum = 0;
            for (int i = (int) from; i < Math.min(length, Math.ceil(to)); i++) {
                sum += value.applyAsDouble(i) * (Math.min(to, i + 1) - Math.max(from, i));
            }
            return sum / (to - from);
        }
    }
}
