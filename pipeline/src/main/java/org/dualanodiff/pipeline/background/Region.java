package org.dualanodiff.pipeline.background;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import org.dualanodiff.model.image.Image;

/** A set of places in a reduced photograph: {@code set} is {@code (height, width)}, row major. */
record Region(int width, int height, boolean[] set) {

    static Region above(GroundDistance ground, double threshold) {
        boolean[] set = new boolean[ground.distance().length];
        for (int i = 0; i < set.length; i++) {
            set[i] = ground.distance()[i] > threshold;
        }
        return new Region(ground.width(), ground.height(), set);
    }

    /** Each place as most of its neighborhood is: rounds corners, drops specks and threads, fills nicks. */
    Region smoothed(int radius) {
        float[] plane = new float[set.length];
        for (int i = 0; i < set.length; i++) {
            plane[i] = set[i] ? 1 : 0;
        }
        float[] mean = BoxMean.of(plane, width, height, radius);
        boolean[] most = new boolean[set.length];
        for (int i = 0; i < set.length; i++) {
            most[i] = mean[i] > 0.5f;
        }
        return new Region(width, height, most);
    }

    /** The largest connected part, and those of at least {@code share} of its area. */
    Region largestParts(double share) {
        int[] labels = labels();
        int[] areas = new int[Arrays.stream(labels).max().orElse(0) + 1];
        Arrays.stream(labels).forEach(label -> areas[label]++);
        areas[0] = 0;
        double least = share * Arrays.stream(areas).max().orElse(0);
        boolean[] kept = new boolean[set.length];
        for (int i = 0; i < set.length; i++) {
            kept[i] = set[i] && areas[labels[i]] >= least;
        }
        return new Region(width, height, kept);
    }

    /** With all that it encloses: what cannot be reached from the border without crossing it. */
    Region filled() {
        Region rest = inverted();
        int[] labels = rest.labels();
        boolean[] open = new boolean[set.length + 1];
        for (int i = 0; i < set.length; i++) {
            open[labels[i]] |= onBorder(i);
        }
        boolean[] filled = new boolean[set.length];
        for (int i = 0; i < set.length; i++) {
            filled[i] = set[i] || !open[labels[i]];
        }
        return new Region(width, height, filled);
    }

    /** Share of the picture, 0..1. */
    double coverage() {
        return (double) count() / set.length;
    }

    /** Center of the region, as parts of width and height; the middle for an empty one. */
    double[] center() {
        double x = 0;
        double y = 0;
        for (int i = 0; i < set.length; i++) {
            x += set[i] ? i % width + 0.5 : 0;
            y += set[i] ? i / width + 0.5 : 0;
        }
        int count = count();
        return count == 0 ? new double[] {0.5, 0.5} : new double[] {x / count / width, y / count / height};
    }

    /** How many of the four sides the region covers by more than {@code share}. */
    int sidesCovered(double share) {
        int last = set.length - width;
        return (covered(0, 1, width) > share ? 1 : 0)
                + (covered(last, 1, width) > share ? 1 : 0)
                + (covered(0, width, height) > share ? 1 : 0)
                + (covered(width - 1, width, height) > share ? 1 : 0);
    }

    /** Grey, 0 or 255, each place as a square of {@code factor} pixels; what is beyond the last place is like it. */
    BufferedImage toImage(int factor, int fullWidth, int fullHeight) {
        byte[] levels = new byte[fullWidth * fullHeight];
        for (int i = 0; i < levels.length; i++) {
            int x = Math.min(width - 1, i % fullWidth / factor);
            int y = Math.min(height - 1, i / fullWidth / factor);
            levels[i] = (byte) (set[y * width + x] ? 255 : 0);
        }
        return new Image(fullWidth, fullHeight, 1, levels).toImage();
    }

    private Region inverted() {
        boolean[] inverse = new boolean[set.length];
        for (int i = 0; i < set.length; i++) {
            inverse[i] = !set[i];
        }
        return new Region(width, height, inverse);
    }

    private int count() {
        int count = 0;
        for (boolean place : set) {
            count += place ? 1 : 0;
        }
        return count;
    }

    private double covered(int start, int step, int length) {
        int count = 0;
        for (int i = 0; i < length; i++) {
            count += set[start + i * step] ? 1 : 0;
        }
        return (double) count / length;
    }

    private boolean onBorder(int i) {
        int x = i % width;
        return x == 0 || x == width - 1 || i < width || i >= set.length - width;
    }

    /** Number from 1 of the connected part that each place belongs to, by common edges; 0 outside. */
    private int[] labels() {
        int[] labels = new int[set.length];
        int[] queue = new int[set.length];
        int parts = 0;
        for (int i = 0; i < set.length; i++) {
            if (set[i] && labels[i] == 0) {
                flood(i, ++parts, labels, queue);
            }
        }
        return labels;
    }

    private void flood(int start, int label, int[] labels, int[] queue) {
        int end = enter(start, label, labels, queue, 0);
        for (int head = 0; head < end; head++) {
            int at = queue[head];
            int x = at % width;
            end = x > 0 ? enter(at - 1, label, labels, queue, end) : end;
            end = x < width - 1 ? enter(at + 1, label, labels, queue, end) : end;
            end = at >= width ? enter(at - width, label, labels, queue, end) : end;
            end = at < set.length - width ? enter(at + width, label, labels, queue, end) : end;
        }
    }

    private int enter(int at, int label, int[] labels, int[] queue, int end) {
        if (!set[at] || labels[at] != 0) {
            return end;
        }
        labels[at] = label;
        queue[end] = at;
        return end + 1;
    }
}
