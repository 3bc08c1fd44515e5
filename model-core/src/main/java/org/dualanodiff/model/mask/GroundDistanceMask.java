package org.dualanodiff.model.mask;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;

/**
 * The mask as distance from the part's ground. Outside the defect the anomaly part is ground by construction, so a pixel's
 * distance is {@code max over channels |level - ground| / 127.5}: from mid-grey, 0 (grey) to 1 (black, white or saturated).
 *
 * <p>Seeds above {@code high} grow through 8-connected pixels above {@code low} (hysteresis); the rest is {@link
 * MaskCleanup}'s.
 *
 * @param low  weakest distance that still belongs to a defect, 0 to {@code high}
 * @param high distance that is certainly defect, up to 1
 */
public record GroundDistanceMask(double low, double high, PartGround ground, MaskCleanup cleanup)
        implements MaskExtractor {
    private static final double HALF_RANGE = 127.5;

    public GroundDistanceMask {
        if (!(low >= 0 && low <= high && high <= 1)) {
            throw new IllegalArgumentException(
                    "Mask extraction needs 0 <= low <= high <= 1, was low %s, high %s".formatted(low, high));
        }
    }

    @Override
    public Mask extract(AnomalyPart part) {
        return cleanup.apply(hysteresis(Image.of(part.picture())));
    }

    private Mask hysteresis(Image part) {
        double[] distance = distanceFromGround(part);
        Mask weak = above(part, distance, low);
        Components components = weak.components();
        boolean[] seeded = components.touchedBy(above(part, distance, high));
        return components.keep(component -> seeded[component]);
    }

    private double[] distanceFromGround(Image part) {
        double[] distance = new double[part.width() * part.height()];
        for (int i = 0; i < part.levels().length; i++) {
            int pixel = i % distance.length;
            double off = (part.levels()[i] & 0xff) - ground.level(i / distance.length);
            double ofChannel = Math.abs(off) / HALF_RANGE;
            distance[pixel] = Math.max(distance[pixel], ofChannel);
        }
        return distance;
    }

    private static Mask above(Image part, double[] distance, double threshold) {
        return Mask.where(part.width(), part.height(), i -> distance[i] > threshold);
    }
}
