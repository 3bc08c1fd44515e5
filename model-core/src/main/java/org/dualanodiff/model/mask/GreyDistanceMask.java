package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Pixels;

/**
 * The mask as distance from mid-grey. Outside the defect the anomaly part is mid-grey by construction, so a pixel's
 * distance is {@code max over channels |level - 127.5| / 127.5}, 0 (grey) to 1 (black, white or saturated).
 *
 * <p>Order of work: seeds above {@code high} grow through 8-connected pixels above {@code low} (hysteresis), gaps are
 * closed, thin bridges opened, enclosed holes up to {@code maxHoleArea} filled, components under {@code minArea}
 * dropped. Every step is linear in the pixels.
 *
 * @param low           weakest distance that still belongs to a defect, 0 to {@code high}
 * @param high          distance that is certainly defect, up to 1
 * @param openingRadius disc radius in pixels, 0 for none
 * @param closingRadius disc radius in pixels, 0 for none
 * @param minArea       smallest component kept, in pixels
 * @param maxHoleArea   largest enclosed hole that is filled, in pixels, 0 for none
 */
public record GreyDistanceMask(
        double low, double high, int openingRadius, int closingRadius, int minArea, int maxHoleArea)
        implements MaskExtractor {
    private static final double MID_GREY = 127.5;

    public GreyDistanceMask {
        require(low >= 0 && low <= high && high <= 1, "0 <= low <= high <= 1", "low %s, high %s", low, high);
        require(openingRadius >= 0, "openingRadius >= 0", "%s", openingRadius);
        require(closingRadius >= 0, "closingRadius >= 0", "%s", closingRadius);
        require(minArea >= 0, "minArea >= 0", "%s", minArea);
        require(maxHoleArea >= 0, "maxHoleArea >= 0", "%s", maxHoleArea);
    }

    /**
     * Thresholds for parts that the autoencoder decoded: its noise about mid-grey is some 0.05, so {@code low} 0.12 is
     * beyond twice that and {@code high} 0.25 beyond any of it. Closing 1 bridges the line where a defect passes through
     * mid-grey on its way from dark to bright. There is no opening: it would erase scratches, which are two or three
     * pixels wide. Specks under 4 pixels are dropped, and holes up to 64 filled; larger ones are taken for the shape of
     * the defect.
     */
    public static GreyDistanceMask defaults() {
        return new GreyDistanceMask(0.12, 0.25, 0, 1, 4, 64);
    }

    @Override
    public BufferedImage extract(BufferedImage anomalyPart) {
        BinaryMask grown = hysteresis(Pixels.of(anomalyPart));
        BinaryMask smooth = Morphology.open(Morphology.close(grown, closingRadius), openingRadius);
        return withoutSpecks(withoutHoles(smooth)).toImage();
    }

    private BinaryMask hysteresis(Pixels part) {
        double[] distance = distanceFromGrey(part);
        BinaryMask weak = above(part, distance, low);
        Components components = Components.eightConnected(weak);
        boolean[] seeded = components.touchedBy(above(part, distance, high));
        return components.keep(component -> seeded[component]);
    }

    private BinaryMask withoutHoles(BinaryMask mask) {
        if (maxHoleArea == 0) {
            return mask;
        }
        Components gaps = Components.fourConnected(mask.inverted());
        boolean[] open = gaps.touchedBy(border(mask));
        BinaryMask kept = gaps.keep(gap -> open[gap] || gaps.areas()[gap] > maxHoleArea);
        return kept.inverted();
    }

    private BinaryMask withoutSpecks(BinaryMask mask) {
        Components components = Components.eightConnected(mask);
        return components.keep(component -> components.areas()[component] >= minArea);
    }

    private static double[] distanceFromGrey(Pixels part) {
        double[] distance = new double[part.width() * part.height()];
        for (int i = 0; i < part.levels().length; i++) {
            double ofChannel = Math.abs((part.levels()[i] & 0xff) - MID_GREY) / MID_GREY;
            int pixel = i % distance.length;
            distance[pixel] = Math.max(distance[pixel], ofChannel);
        }
        return distance;
    }

    private static BinaryMask above(Pixels part, double[] distance, double threshold) {
        boolean[] set = new boolean[distance.length];
        for (int i = 0; i < set.length; i++) {
            set[i] = distance[i] > threshold;
        }
        return new BinaryMask(part.width(), part.height(), set);
    }

    private static BinaryMask border(BinaryMask mask) {
        boolean[] set = new boolean[mask.set().length];
        for (int i = 0; i < set.length; i++) {
            int x = i % mask.width();
            int y = i / mask.width();
            set[i] = x == 0 || y == 0 || x == mask.width() - 1 || y == mask.height() - 1;
        }
        return mask.with(set);
    }

    private static void require(boolean holds, String rule, String found, Object... values) {
        if (!holds) {
            throw new IllegalArgumentException(
                    "Mask extraction needs %s, was %s".formatted(rule, found.formatted(values)));
        }
    }
}
