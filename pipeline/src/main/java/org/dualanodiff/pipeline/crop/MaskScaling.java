package org.dualanodiff.pipeline.crop;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Image;

/**
 * Scales masks so that their area stays what it was: each pixel of the result gets the share of it that is defect, and so
 * many of those with the largest shares are marked as the area asks for. Where more have the same share than are wanted,
 * as along a line thinner than a pixel, those taken are spread evenly, so that extent and place stay, too.
 */
public final class MaskScaling {

    private static final int THRESHOLD = 128;
    /** Shares closer than this are the same. */
    private static final double STEPS = 1 << 16;

    private MaskScaling() {}

    /**
     * @param mask grey, 128 and brighter on the defect
     * @return grey, {@code width} by {@code height}, 255 on the defect and 0 elsewhere; at least one pixel where the mask
     *     has one
     */
    public static Image scaled(Image mask, int width, int height) {
        boolean[] set = set(mask);
        double[] shares = shares(set, mask.width(), mask.height(), width, height);
        double scale = (double) width * height / set.length;
        long area = IntStream.range(0, set.length).filter(i -> set[i]).count();
        int wanted = area == 0 ? 0 : (int) Math.max(1, Math.round(area * scale));
        return new Image(width, height, 1, largest(shares, wanted));
    }

    static boolean[] set(Image mask) {
        boolean[] set = new boolean[mask.levels().length];
        for (int i = 0; i < set.length; i++) {
            set[i] = (mask.levels()[i] & 0xff) >= THRESHOLD;
        }
        return set;
    }

    private static byte[] largest(double[] shares, int wanted) {
        byte[] levels = new byte[shares.length];
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
        Arrays.stream(above).forEach(i -> levels[i] = (byte) 255);
        int rest = Math.max(0, Math.min(equal.length, wanted - above.length));
        for (int k = 0; k < rest; k++) {
            levels[equal[(int) ((2L * k + 1) * equal.length / (2L * rest))]] = (byte) 255;
        }
        return levels;
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
