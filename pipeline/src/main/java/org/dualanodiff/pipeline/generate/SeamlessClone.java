package org.dualanodiff.pipeline.generate;

import java.util.Arrays;
import java.util.IntSummaryStatistics;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.crop.Borders;

/**
 * Sets a defect of a freely generated picture into a good one without a seam: inside the mask grown by 2 pixels the
 * generated picture's gradients, outside the good picture byte for byte. The levels in between are shifted by the smooth
 * (harmonic) membrane that is the two pictures' difference along the border of that region. Where the region reaches the edge of
 * the photograph nothing lies beyond, and the membrane ends there level.
 *
 * <p>Source: Perez, Gangnet and Blake, "Poisson image editing", 2003, seamless cloning.
 */
final class SeamlessClone {

    private static final int GROWTH = 2;
    private static final int MOST_SWEEPS = 2000;
    /** In levels: smaller changes in one sweep do not show. */
    private static final double TOLERANCE = 0.01;

    private SeamlessClone() {}

    /**
     * @param drawn RGB; taken without its colors where the good picture has none
     * @param good RGB, of the same size
     * @param mask of the defect, of the same size
     * @param edges sides of the pictures that are the photograph's own; at the others it goes on, and they stay good
     */
    static Image compose(Image drawn, Image good, Mask mask, Borders edges) {
        Image generated = drawn.coloredAs(good);
        int[] region = region(mask, edges);
        if (region.length == 0) {
            return good;
        }
        byte[] levels = good.levels().clone();
        double relaxation = relaxation(region, good.width());
        for (int c = 0; c < 3; c++) {
            double[] shift = membrane(generated, good, region, c, relaxation);
            int plane = c * mask.set().length;
            for (int i : region) {
                double level = (generated.levels()[plane + i] & 0xff) + shift[i];
                levels[plane + i] = Image.toLevel(level);
            }
        }
        return new Image(good.width(), good.height(), 3, levels);
    }

    /** Without the sides that must fit what lies around the pictures. */
    private static int[] region(Mask mask, Borders edges) {
        int width = mask.width();
        boolean[] grown = mask.dilatedBySquare(GROWTH).set();
        int right = width - (edges.right() ? 1 : 2);
        int bottom = mask.height() - (edges.bottom() ? 1 : 2);
        return IntStream.range(0, grown.length)
                .filter(i -> grown[i])
                .filter(i -> i % width >= (edges.left() ? 0 : 1) && i % width <= right)
                .filter(i -> i / width >= (edges.top() ? 0 : 1) && i / width <= bottom)
                .toArray();
    }

    /** Good minus generated outside the region; inside it each place is the mean of its neighbors, four but at an edge. */
    private static double[] membrane(Image generated, Image good, int[] region, int channel, double relaxation) {
        int width = good.width();
        int plane = channel * width * good.height();
        double[] shift = new double[width * good.height()];
        for (int i = 0; i < shift.length; i++) {
            shift[i] = (good.levels()[plane + i] & 0xff) - (generated.levels()[plane + i] & 0xff);
        }
        double change = Double.MAX_VALUE;
        for (int sweep = 0; sweep < MOST_SWEEPS && change > TOLERANCE; sweep++) {
            change = 0;
            for (int i : region) {
                int left = i % width == 0 ? i + 1 : i - 1;
                int right = i % width == width - 1 ? i - 1 : i + 1;
                int above = i < width ? i + width : i - width;
                int below = i >= shift.length - width ? i - width : i + width;
                double mean = (shift[left] + shift[right] + shift[above] + shift[below]) / 4;
                double step = relaxation * (mean - shift[i]);
                shift[i] += step;
                change = Math.max(change, Math.abs(step));
            }
        }
        return shift;
    }

    /**
     * The factor of successive over-relaxation that is the best one for the region's box (Young, 1954). One for small regions
     * leaves large ones unfinished: at 300 pixels across by more than ten levels.
     */
    private static double relaxation(int[] region, int width) {
        IntSummaryStatistics columns = Arrays.stream(region).map(i -> i % width).summaryStatistics();
        IntSummaryStatistics rows = Arrays.stream(region).map(i -> i / width).summaryStatistics();
        double jacobi = (Math.cos(Math.PI / cells(columns)) + Math.cos(Math.PI / cells(rows))) / 2;
        return 2 / (1 + Math.sqrt(1 - jacobi * jacobi));
    }

    /** From border to border. */
    private static int cells(IntSummaryStatistics places) {
        return places.getMax() - places.getMin() + 2;
    }
}
