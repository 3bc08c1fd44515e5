package org.dualanodiff.model.pretraining;

import org.dualanodiff.model.dual.NestedPrompt;

/**
 * The endless series of pictures that a base learns from. Element i is always the same, so that a resumed training sees
 * what an uninterrupted one would have seen. Used from a thread of its own.
 */
public interface PretrainingImages {

    /** One picture for the U-Net on its own. */
    Captioned image(long index);

    /** One pair for both branches. */
    Pair pair(long index);

    /**
     * @param image (3, side, side) in [-1, 1]
     * @param anomaly the image inside the mask and mid-grey, 0, outside; the same shape
     */
    record Pair(float[] image, float[] anomaly, NestedPrompt prompt) {}

    /**
     * A picture and what it shows.
     *
     * @param pixels (3, side, side) in [-1, 1]
     * @param caption such as "a wood with crack"
     */
    record Captioned(float[] pixels, String caption) {}
}
