package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.mask.Mask;

/**
 * A pair reduced to {@value #SIDE} x {@value #SIDE} cells, to find near-copies by.
 *
 * <p>Two pairs are compared at every shift of up to {@value #SHIFT} cells, 6 % of the image, and only where their defects
 * lie on each other: the shared over the united coverage of the two masks must reach a given overlap. So two pairs on the
 * same good image with defects in different places are no copies. The distance is the standard deviation of the
 * difference of grey levels, over the whole image or over the two defects, whichever is larger; a brighter copy is a copy.
 */
public final class PairSignature implements Serializable {

    private static final long serialVersionUID = 1L;

    static final int SIDE = 32;
    private static final int SHIFT = 2;
    private static final int CELLS = SIDE * SIDE;

    /** Of memory: levels, coverage and covered cells. */
    public static final int MOST_BYTES = (1 + 1 + Integer.BYTES) * CELLS + 128;

    private final byte[] image;
    private final byte[] mask;
    /** Cells that hold some of the defect. */
    private final int[] covered;

    private final int coverage;
    private final int left;
    private final int right;

    /**
     * @param image grey levels, row major
     * @param mask coverage by the defect, 0 to 255, row major
     */
    private PairSignature(byte[] image, byte[] mask) {
        this.image = image;
        this.mask = mask;
        this.covered = IntStream.range(0, CELLS).filter(i -> mask[i] != 0).toArray();
        this.coverage = Arrays.stream(covered).map(i -> mask[i] & 0xff).sum();
        this.left = Arrays.stream(covered).map(i -> i % SIDE).min().orElse(0);
        this.right = Arrays.stream(covered).map(i -> i % SIDE).max().orElse(-1);
    }

    /** @param mask of the image's size */
    public static PairSignature of(BufferedImage image, Mask mask) {
        return new PairSignature(cells(Image.gray(image)), cells(mask.image()));
    }

    private static byte[] cells(Image grey) {
        return PilResize.resize(grey, SIDE, SIDE).levels();
    }

    /** Image, then mask. */
    public byte[] bytes() {
        byte[] bytes = Arrays.copyOf(image, 2 * CELLS);
        System.arraycopy(mask, 0, bytes, CELLS, CELLS);
        return bytes;
    }

    /** @throws IllegalArgumentException if these are not the {@link #bytes} of a signature */
    public static PairSignature of(byte[] bytes) {
        if (bytes.length != 2 * CELLS) {
            throw new IllegalArgumentException(
                    "A pair's signature has %d bytes, found %d".formatted(2 * CELLS, bytes.length));
        }
        return new PairSignature(Arrays.copyOf(bytes, CELLS), Arrays.copyOfRange(bytes, CELLS, 2 * CELLS));
    }

    /**
     * @param overlap least shared part of the two defects, 0 to 1; 0 compares them wherever they are
     * @return the smallest distance over all shifts, in grey levels; NaN if the defects overlap at none
     */
    public double distanceTo(PairSignature other, double overlap) {
        double least = Double.NaN;
        if (overlap > 0 && !mayOverlap(other, overlap)) {
            return least;
        }
        for (int dy = -SHIFT; dy <= SHIFT; dy++) {
            for (int dx = -SHIFT; dx <= SHIFT; dx++) {
                if (overlap == 0 || overlap(other, dx, dy) >= overlap) {
                    double distance = distance(other, dx, dy);
                    least = least <= distance ? least : distance;
                }
            }
        }
        return least;
    }

    /**
     * The smallest distance to any of some others.
     *
     * @return NaN if there are none, or their defects overlap with this one's nowhere
     */
    double toNearest(List<PairSignature> others, double overlap) {
        return others.stream()
                .mapToDouble(other -> distanceTo(other, overlap))
                .filter(distance -> !Double.isNaN(distance))
                .min()
                .orElse(Double.NaN);
    }

    /** Spares most pairs the shifts: false only if they cannot overlap that much at any. */
    private boolean mayOverlap(PairSignature other, double overlap) {
        int[] first = covered;
        int[] second = other.covered;
        if (first.length == 0 || second.length == 0) {
            return false;
        }
        int rows = SHIFT * SIDE + SIDE - 1;
        boolean meet = first[0] - second[second.length - 1] <= rows
                && second[0] - first[first.length - 1] <= rows
                && left - other.right <= SHIFT
                && other.left - right <= SHIFT;
        return meet && Math.min(coverage, other.coverage) >= overlap * Math.max(coverage, other.coverage);
    }

    /** Shared over united coverage, with the other shifted by (dx, dy); 0 if both are empty. */
    private double overlap(PairSignature other, int dx, int dy) {
        int shared = 0;
        for (int i : covered) {
            int j = shifted(i, dx, dy);
            shared += j < 0 ? 0 : Math.min(mask[i] & 0xff, other.mask[j] & 0xff);
        }
        int both = coverage + other.coverage;
        return both == 0 ? 0 : (double) shared / (both - shared);
    }

    private double distance(PairSignature other, int dx, int dy) {
        double mean = mean(other, dx, dy);
        double squares = 0;
        double count = 0;
        double ofDefects = 0;
        double weights = 0;
        for (int i = 0; i < CELLS; i++) {
            int j = shifted(i, dx, dy);
            if (j >= 0) {
                double off = (image[i] & 0xff) - (other.image[j] & 0xff) - mean;
                int weight = Math.max(mask[i] & 0xff, other.mask[j] & 0xff);
                squares += off * off;
                count++;
                ofDefects += weight * off * off;
                weights += weight;
            }
        }
        return Math.sqrt(Math.max(squares / count, weights == 0 ? 0 : ofDefects / weights));
    }

    private double mean(PairSignature other, int dx, int dy) {
        double sum = 0;
        int count = 0;
        for (int i = 0; i < CELLS; i++) {
            int j = shifted(i, dx, dy);
            if (j >= 0) {
                sum += (image[i] & 0xff) - (other.image[j] & 0xff);
                count++;
            }
        }
        return sum / count;
    }

    /** The other's cell that lies on cell {@code i}, or -1 if it is outside. */
    private static int shifted(int i, int dx, int dy) {
        int x = (i & (SIDE - 1)) + dx;
        int j = i + dy * SIDE + dx;
        return x < 0 || x >= SIDE || j < 0 || j >= CELLS ? -1 : j;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PairSignature that
                && Arrays.equals(image, that.image)
                && Arrays.equals(mask, that.mask);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(image) + Arrays.hashCode(mask);
    }
}
