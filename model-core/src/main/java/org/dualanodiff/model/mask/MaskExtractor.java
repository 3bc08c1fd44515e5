package org.dualanodiff.model.mask;

import ai.djl.Device;
import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;

/** Finds the defect's pixels in a generated anomaly part (DualAnoDiff, section 3.4). */
public sealed interface MaskExtractor extends Serializable permits GroundDistanceMask, AttentionMask, SaliencyMask {

    /**
     * @return of the part's size; empty if there is no defect
     */
    Mask extract(AnomalyPart part);

    /**
     * What a mask is made from.
     *
     * @param picture image of the ANOMALY branch: the defect on its ground, mid-grey in the paper
     * @param attention how much each place listened to the defect's words, if that was recorded
     * @param device that it was drawn on, for masks by a network
     */
    public record AnomalyPart(BufferedImage picture, Optional<HeatMap> attention, Device device) {

        /** A picture alone; its mask is made on the CPU. */
        public static AnomalyPart of(BufferedImage picture) {
            return new AnomalyPart(picture, Optional.empty(), Device.cpu());
        }
    }

    /**
     * How much each place speaks for a defect, such as the mean attention of the ANOMALY branch to the defect's words, by
     * place in the latent.
     *
     * @param values (height, width), row major
     */
    public record HeatMap(int width, int height, float[] values) {

        /** @throws IllegalArgumentException unless the threshold is a share of a map's range, 0 to 1 */
        static void requireThreshold(double threshold) {
            if (!(threshold >= 0 && threshold <= 1)) {
                throw new IllegalArgumentException("The threshold must be 0 to 1, was " + threshold);
            }
        }

        /**
         * The places above a threshold, after the map is stretched from its smallest to its largest value over 256 grey levels
         * and brought to another size. A flat map gives an empty mask.
         *
         * @param threshold share of the map's range, 0 to 1
         */
        Mask above(double threshold, int toWidth, int toHeight) {
            float low = Float.POSITIVE_INFINITY;
            float high = Float.NEGATIVE_INFINITY;
            for (float value : values) {
                low = Math.min(low, value);
                high = Math.max(high, value);
            }
            byte[] levels = new byte[values.length];
            for (int i = 0; i < levels.length && high > low; i++) {
                levels[i] = (byte) Math.round(255 * (values[i] - low) / (high - low));
            }
            Image stretched = PilResize.resize(new Image(width, height, 1, levels), toWidth, toHeight);
            return Mask.where(toWidth, toHeight, i -> (stretched.levels()[i] & 0xff) > 255 * threshold);
        }
    }
}
