package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.GeneratedPair;
import org.dualanodiff.pipeline.crop.Window;

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
