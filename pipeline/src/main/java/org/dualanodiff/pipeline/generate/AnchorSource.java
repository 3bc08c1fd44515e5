package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.sampling.Anchors;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.model.sampling.Anchors.Pasted;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.crop.CutPaste;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;

/**
 * The good images of one category that pairs are made on.
 *
 * @param good images of {@code train/good}, in a fixed order
 * @param objects where the product is, or null: a defect may lie anywhere
 * @param flips ways to mirror a real defect that pairs start from, those of training
 * @param anchoring how pairs made on them follow them
 */
public record AnchorSource(List<URI> good, BackgroundSource objects, List<Flip> flips, Anchoring anchoring)
        implements Serializable {

    public AnchorSource {
        good = List.copyOf(good);
        flips = List.copyOf(flips);
    }

    /**
     * @param set whose training images pairs start from, if they start from real ones
     * @param side of the working images, in pixels
     */
    Anchors open(DefectSet set, DatasetFiles files, int side) throws IOException {
        BackgroundSource.ObjectMasks masks = objects == null ? null : objects.open(files);
        TrainingTransform transform = new TrainingTransform(side);
        return new Anchors(good.size(), anchoring, (number, series, index) -> {
            URI uri = good.get(number);
            Optional<BufferedImage> photograph = files.goodImage(uri);
            if (photograph.isEmpty()) {
                return Optional.empty();
            }
            float[] pixels = transform.image(photograph.get(), Flip.NONE);
            float[] place = masks == null ? null : transform.mask(masks.of(uri, photograph.get()), Flip.NONE);
            Image image = Image.ofSigned(pixels, side, side);
            Pasted pasted = anchoring.startsFromReal() ? pasted(image, set.training(), files, series, index) : null;
            return Optional.of(new Anchor(DatasetPath.address(uri), image.buffered(), pixels, place, pasted));
        });
    }

    /** A training image's defect, in its place. */
    private Pasted pasted(Image good, List<DefectImage> training, DatasetFiles files, SampleSeries series, long index)
            throws IOException {
        UniformRandomProvider random = series.generator("pasted", index);
        DefectImage drawn = training.get(random.nextInt(training.size()));
        Flip flip = flips.get(random.nextInt(flips.size()));
        List<TrainingTransform.Pixels> windows = new TrainingTransform(good.width())
                .windows(drawn.openImage(files), drawn.openMask(files), Optional.empty(), flip);
        TrainingTransform.Pixels window = windows.get(random.nextInt(windows.size()));
        Mask defect = Mask.where(good.width(), good.height(), i -> window.mask()[i] != 0);
        return pasted(
                good, new DetectorPair(Image.ofSigned(window.image(), good.width(), good.height()), defect), random);
    }

    /** @param real of the good image's size */
    Pasted pasted(Image good, DetectorPair real, UniformRandomProvider random) {
        DetectorPair pair =
                real.hasDefect() ? CutPaste.inPlace(real, good, random) : new DetectorPair(good, real.mask());
        return new Pasted(
                pair.image().signed(),
                anchoring.ground().around(pair.image(), pair.mask().image()).signed());
    }

    /**
     * What pairs made in windows of good images are made from.
     *
     * @param policy how the windows of training were cut
     * @param good the images that windows are cut of, with their object masks if defects are to lie on the object
     * @param anchored whether the window is what the pair is made on; else the model draws all of it, and the defect is cloned
     *     into the window
     */
    public record CropSource(DefectCrops.Policy policy, AnchorSource good, boolean anchored) implements Serializable {

        /** Whether pairs start from real ones. */
        boolean startsFromReal() {
            return anchored && good.anchoring().startsFromReal();
        }
    }
}
