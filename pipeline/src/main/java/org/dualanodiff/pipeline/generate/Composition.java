package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.pipeline.crop.Borders;
import org.dualanodiff.pipeline.crop.Window;
import org.dualanodiff.pipeline.generate.AnchorSource.CropSource;
import org.dualanodiff.pipeline.generate.GoodCrops.GoodCrop;
import org.dualanodiff.pipeline.samples.GeneratedSample.Pictures;

/** What becomes of the pictures that the model made: themselves, or a part of a full-size good image. */
sealed interface Composition {

    /** Where a defect may be, as in {@link Anchor#place}; null for anywhere. */
    float[] place(GeneratedPair pair);

    /** The good image that the pair was made on, at the working resolution; empty if it was made freely. */
    Optional<BufferedImage> good(GeneratedPair pair);

    /** @param mask of the defect, at the working resolution */
    ComposedPair compose(GeneratedPair pair, Mask mask);

    /**
     * A pair as users get it.
     *
     * @param image RGB
     * @param part the defect on its ground, of the same size
     * @param mask of the defect, of the same size
     * @param background address of the good image in it, or null; with the window, if it was made in one
     * @param judged the window that the quality gate looks at
     */
    record ComposedPair(BufferedImage image, BufferedImage part, Mask mask, String background, Window judged) {

        Pictures pictures() {
            return new Pictures(PngCodec.encode(image), PngCodec.encode(mask.buffered()), PngCodec.encode(part));
        }
    }

    /**
     * The model's pictures are the pair; on a good image, if it was made on one.
     *
     * @param redrawn see {@link Anchoring#isRedrawn}
     */
    record WholePicture(boolean redrawn) implements Composition {

        @Override
        public float[] place(GeneratedPair pair) {
            return pair.anchor().map(Anchor::place).orElse(null);
        }

        @Override
        public Optional<BufferedImage> good(GeneratedPair pair) {
            return pair.anchor().map(Anchor::image);
        }

        @Override
        public ComposedPair compose(GeneratedPair pair, Mask mask) {
            Window all = new Window(0, 0, mask.width(), mask.height());
            BufferedImage image =
                    pair.anchor().map(anchor -> on(anchor, pair, mask, all)).orElse(pair.image());
            String background = pair.anchor().map(Anchor::name).orElse(null);
            return new ComposedPair(image, pair.anomaly(), mask, background, all);
        }

        private BufferedImage on(Anchor anchor, GeneratedPair pair, Mask mask, Window all) {
            Image made = Image.rgb(pair.image());
            Image good = Image.rgb(anchor.image());
            return (redrawn ? AnchoredImage.redrawn(made, good, all) : AnchoredImage.compose(made, good, mask))
                    .buffered();
        }
    }

    /**
     * The model's pictures are a window of a full-size good image. Beyond 3 pixels around the mask the image is the good one,
     * byte for byte, whether the pair was made on the window (the two are blended) or freely (the defect is cloned into it);
     * beyond the window, where all of it was redrawn.
     */
    static final class InGoodCrop implements Composition {

        private final GoodCrops crops;
        private final SampleSeries series;
        private final boolean anchored;
        private final Anchoring anchoring;

        InGoodCrop(GoodCrops crops, SampleSeries series, CropSource source) {
            this.crops = crops;
            this.series = series;
            this.anchored = source.anchored();
            this.anchoring = source.good().anchoring();
        }

        @Override
        public float[] place(GeneratedPair pair) {
            return crop(pair).anchor().place();
        }

        @Override
        public Optional<BufferedImage> good(GeneratedPair pair) {
            return anchored ? Optional.of(crop(pair).anchor().image()) : Optional.empty();
        }

        private GoodCrop crop(GeneratedPair pair) {
            return crops.of(series, pair.index());
        }

        @Override
        public ComposedPair compose(GeneratedPair pair, Mask mask) {
            GoodCrop crop = crop(pair);
            Window window = crop.window();
            Image photograph = Image.rgb(crop.photograph());
            Mask defect = mask.scaled(window.width(), window.height());
            Image good = window.cut(photograph);
            Image made = photographed(pair.image(), window);
            Image detailed = anchored && anchoring.detail()
                    ? withDetail(made, good, photographed(crop.anchor().image(), window))
                    : made;
            Image image = anchored && anchoring.isRedrawn()
                    ? AnchoredImage.redrawn(detailed, photograph, window)
                    : blended(detailed, good, defect, Borders.of(window, photograph.width(), photograph.height()));
            return new ComposedPair(
                    window.paste(photograph, image).buffered(),
                    window.paste(
                                    anchoring.ground().pixels(photograph.width(), photograph.height()),
                                    photographed(pair.anomaly(), window))
                            .buffered(),
                    window.paste(defect, photograph.width(), photograph.height()),
                    crop.anchor().name(),
                    window);
        }

        private Image blended(Image generated, Image good, Mask mask, Borders edges) {
            return anchored
                    ? AnchoredImage.compose(generated, good, mask)
                    : SeamlessClone.compose(generated, good, mask, edges);
        }

        /** From the working resolution to the photograph's. */
        private static Image photographed(BufferedImage picture, Window window) {
            return PilResize.resize(Image.rgb(picture), window.width(), window.height());
        }

        /** Adds what the good image has beyond its reduced form, which is what the model worked on. */
        private static Image withDetail(Image made, Image good, Image reduced) {
            byte[] levels = new byte[made.levels().length];
            for (int i = 0; i < levels.length; i++) {
                int lost = (good.levels()[i] & 0xff) - (reduced.levels()[i] & 0xff);
                levels[i] = Image.toLevel((made.levels()[i] & 0xff) + lost);
            }
            return new Image(made.width(), made.height(), made.channels(), levels);
        }
    }
}
