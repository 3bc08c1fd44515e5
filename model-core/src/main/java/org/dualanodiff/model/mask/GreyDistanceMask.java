package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Pixels;

/**
 * The mask as distance from mid-grey. Outside the defect the anomaly part is mid-grey by construction, so a pixel's
 * distance is {@code max over channels |level - 127.5| / 127.5}, 0 (grey) to 1 (black, white or saturated).
 *
 * <p>Seeds above {@code high} grow through 8-connected pixels above {@code low} (hysteresis); the rest is {@link
 * MaskCleanup}'s.
 *
 * @param low  weakest distance that still belongs to a defect, 0 to {@code high}
 * @param high distance that is certainly defect, up to 1
 */
public record GreyDistanceMask(double low, double high, MaskCleanup cleanup) implements MaskExtractor {
    private static final double MID_GREY = 127.5;

    public GreyDistanceMask {
        if (!(low >= 0 && low <= high && high <= 1)) {
            throw new IllegalArgumentException(
                    "Mask extraction needs 0 <= low <= high <= 1, was low %s, high %s".formatted(low, high));
        }
    }

    /**
     * Thresholds for parts that the autoencoder decoded: its noise about mid-grey is some 0.05, so {@code low} 0.12 is
     * beyond twice that and {@code high} 0.25 beyond any of it. Closing 1 bridges the line where a defect passes through
     * mid-grey on its way from dark to bright. There is no opening: it would erase scratches, which are two or three
     * pixels wide. Specks under 4 pixels are dropped, and holes up to 64 filled; larger ones are taken for the shape of
     * the defect.
     */
    public static GreyDistanceMask defaults() {
        return new GreyDistanceMask(0.12, 0.25, new MaskCleanup(0, 1, 4, 64));
    }

    @Override
    public BufferedImage extract(AnomalyPart part) {
        return cleanup.apply(hysteresis(Pixels.of(part.picture()))).toImage();
    }

    private BinaryMask hysteresis(Pixels part) {
        double[] distance = distanceFromGrey(part);
        BinaryMask weak = above(part, distance, low);
        Components components = Components.eightConnected(weak);
        boolean[] seeded = components.touchedBy(above(part, distance, high));
        return components.keep(component -> seeded[component]);
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
}
