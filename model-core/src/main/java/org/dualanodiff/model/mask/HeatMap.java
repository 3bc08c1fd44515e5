package org.dualanodiff.model.mask;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;

/**
 * How much each place speaks for a defect, such as the mean attention of the ANOMALY branch to the defect's words, by
 * place in the latent.
 *
 * @param values (height, width), row major
 */
public record HeatMap(int width, int height, float[] values) {

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
