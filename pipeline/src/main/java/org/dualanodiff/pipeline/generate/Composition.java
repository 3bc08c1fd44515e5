package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.pipeline.crop.Window;
import org.dualanodiff.pipeline.samples.GeneratedSample.Pictures;

/** What becomes of the pictures that the model made: themselves, or a part of a full-size good image. */
sealed interface Composition permits Composition.WholePicture, InGoodCrop {

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

    /**
     * A pair as users get it.
     *
     * @param image RGB
     * @param part the defect on its ground, of the same size
     * @param mask grey, 255 on the defect and 0 elsewhere, of the same size
     * @param background address of the good image in it, or null; with the window, if it was made in one
     * @param judged the window that the quality gate looks at
     */
    record ComposedPair(
            BufferedImage image, BufferedImage part, BufferedImage mask, String background, Window judged) {

        Pictures pictures() {
            return new Pictures(PngCodec.encode(image), PngCodec.encode(mask), PngCodec.encode(part));
        }
    }

    /** The model's pictures are the pair; on a good image, if it was made on one. */
    record WholePicture() implements Composition {

        @Override
        public float[] place(GeneratedPair pair) {
            return pair.anchor().map(Anchor::place).orElse(null);
        }

        @Override
        public Optional<BufferedImage> good(GeneratedPair pair) {
            return pair.anchor().map(Anchor::image);
        }

        @Override
        public ComposedPair compose(GeneratedPair pair, BufferedImage mask) {
            BufferedImage image = pair.anchor()
                    .map(anchor -> AnchoredImage.compose(pair.image(), anchor.image(), mask))
                    .orElse(pair.image());
            String background = pair.anchor().map(Anchor::name).orElse(null);
            return new ComposedPair(
                    image, pair.anomaly(), mask, background, new Window(0, 0, mask.getWidth(), mask.getHeight()));
        }
    }
}
