package org.dualanodiff.model.mask;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;

/** A map of real numbers as 256 grey levels, stretched from its smallest to its largest value, at another size. */
final class GreyLevels {

    private GreyLevels() {}

    /** @param values (height, width), row major; a flat map becomes all 0 */
    static Image stretched(float[] values, int width, int height, int toWidth, int toHeight) {
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
        return PilResize.resize(new Image(width, height, 1, levels), toWidth, toHeight);
    }

    /** The pixels above {@code threshold}, a share of the full range. */
    static Mask above(Image map, double threshold) {
        boolean[] set = new boolean[map.levels().length];
        for (int i = 0; i < set.length; i++) {
            set[i] = (map.levels()[i] & 0xff) > 255 * threshold;
        }
        return new Mask(map.width(), map.height(), set);
    }
}
