package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.GeneratedPair;

/** What becomes of the pictures that the model made: themselves, or a part of a full-size good image. */
sealed interface Composition permits WholePicture, InGoodCrop {

    /** Where a defect may be, as in {@link Anchor#place}; null for anywhere. */
    float[] place(GeneratedPair pair);

    /** The good image that the pair was made on, at the working resolution; empty if it was made freely. */
    Optional<BufferedImage> good(GeneratedPair pair);

    /** @param mask of the defect, at the working resolution */
    ComposedPair compose(GeneratedPair pair, BufferedImage mask);

    /** The part of a mask where a defect may be. */
    static BufferedImage within(BufferedImage mask, float[] place) {
        if (place == null) {
            return mask;
        }
        Image pixels = Image.gray(mask);
        byte[] levels = pixels.levels().clone();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = place[i] == 0 ? 0 : levels[i];
        }
        return new Image(pixels.width(), pixels.height(), 1, levels).buffered();
    }
}
