package org.dualanodiff.model.mask;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Box;

/**
 * Connected components of a mask, labelled by a queue-driven flood fill: every pixel is visited once.
 *
 * @param labels {@code (height, width)}: component number from 0, or -1 outside the mask
 * @param areas  pixels of each component
 */
public record Components(Mask mask, int[] labels, int[] areas) {
    private static final int[] DX = {1, -1, 0, 0, 1, 1, -1, -1};
    private static final int[] DY = {0, 0, 1, -1, 1, -1, 1, -1};

    /** Diagonal neighbors belong together. */
    public static Components eightConnected(Mask mask) {
        return label(mask, 8);
    }

    /** Only edge neighbors belong together; the complement of an 8-connected set is 4-connected. */
    public static Components fourConnected(Mask mask) {
        return label(mask, 4);
    }

    public int count() {
        return areas.length;
    }

    /** The pixels of those components whose number is accepted. */
    public Mask keep(IntPredicate accepted) {
        return Mask.where(mask.width(), mask.height(), i -> labels[i] >= 0 && accepted.test(labels[i]));
    }

    /** Those components that have at least so many pixels, and at least {@code share} of the largest one's. */
    public Mask largest(int pixels, double share) {
        double least = Math.max(pixels, share * Arrays.stream(areas).max().orElse(0));
        return keep(component -> areas[component] >= least);
    }

    /** One component: the smallest box around it and its pixels. */
    public record Part(Box box, int area) {}

    /** All components, the largest first. */
    public List<Part> parts() {
        int[] left = new int[count()];
        int[] right = new int[count()];
        int[] top = new int[count()];
        int[] bottom = new int[count()];
        Arrays.fill(left, mask.width());
        Arrays.fill(top, mask.height());
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= 0) {
                int part = labels[i];
                left[part] = Math.min(left[part], i % mask.width());
                right[part] = Math.max(right[part], i % mask.width());
                top[part] = Math.min(top[part], i / mask.width());
                bottom[part] = i / mask.width();
            }
        }
        return IntStream.range(0, count())
                .mapToObj(i ->
                        new Part(new Box(left[i], top[i], right[i] - left[i] + 1, bottom[i] - top[i] + 1), areas[i]))
                .sorted(Comparator.comparingInt(Part::area).reversed())
                .toList();
    }

    /** Which components have at least one pixel in {@code seeds}. */
    public boolean[] touchedBy(Mask seeds) {
        boolean[] touched = new boolean[count()];
        for (int i = 0; i < labels.length; i++) {
            if (labels[i] >= 0 && seeds.set()[i]) {
                touched[labels[i]] = true;
            }
        }
        return touched;
    }

    private static Components label(Mask mask, int neighbors) {
        int[] labels = new int[mask.set().length];
        Arrays.fill(labels, -1);
        int[] areas = new int[16];
        int[] queue = new int[labels.length];
        int count = 0;
        for (int start = 0; start < labels.length; start++) {
            if (mask.set()[start] && labels[start] < 0) {
                areas = count < areas.length ? areas : Arrays.copyOf(areas, 2 * count);
                areas[count] = fill(mask, labels, queue, start, count, neighbors);
                count++;
            }
        }
        return new Components(mask, labels, Arrays.copyOf(areas, count));
    }

    private static int fill(Mask mask, int[] labels, int[] queue, int start, int label, int neighbors) {
        int tail = 0;
        labels[start] = label;
        queue[tail++] = start;
        for (int head = 0; head < tail; head++) {
            int x = queue[head] % mask.width();
            int y = queue[head] / mask.width();
            for (int n = 0; n < neighbors; n++) {
                int next = (y + DY[n]) * mask.width() + x + DX[n];
                if (mask.at(x + DX[n], y + DY[n]) && labels[next] < 0) {
                    labels[next] = label;
                    queue[tail++] = next;
                }
            }
        }
        return tail;
    }
}
