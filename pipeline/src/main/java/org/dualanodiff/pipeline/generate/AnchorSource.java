package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
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
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.crop.Borders;
import org.dualanodiff.pipeline.crop.CutPaste;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
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
     * @param real defect images, which pairs start from if they start from real ones
     * @param side of the working images, in pixels
     * @throws IOException if a defect image cannot be read
     */
    Anchors open(List<DefectImage> real, DatasetFiles files, int side) throws IOException {
        BackgroundSource.ObjectMasks masks = objects == null ? null : objects.open(files);
        TrainingTransform transform = new TrainingTransform(side);
        List<DetectorPair> defects = anchoring.startsFromReal() ? views(real, files, side) : List.of();
        return new Anchors(good.size(), anchoring, (number, series, index) -> {
            URI uri = good.get(number);
            Optional<BufferedImage> photograph = files.goodImage(uri);
            if (photograph.isEmpty()) {
                return Optional.empty();
            }
            float[] pixels = transform.image(photograph.get(), Flip.NONE);
            float[] place = masks == null ? null : transform.mask(masks.of(uri, photograph.get()), Flip.NONE);
            Image image = Image.ofSigned(pixels, side, side);
            Pasted pasted = null;
            if (!defects.isEmpty()) {
                UniformRandomProvider random = series.generator("pasted", index);
                DetectorPair drawn = defects.get(random.nextInt(defects.size()));
                Borders borders = Borders.reachedBy(drawn.mask().box(), side, side);
                pasted = pasted(drawn, borders, image, place, random);
            }
            return Optional.of(new Anchor(DatasetPath.address(uri), image.buffered(), pixels, place, pasted));
        });
    }

    /** What training sees of the defect images, each view as it is. */
    private static List<DetectorPair> views(List<DefectImage> real, DatasetFiles files, int side) throws IOException {
        List<DetectorPair> views = new ArrayList<>();
        for (DefectImage defect : real) {
            views.addAll(DetectorPair.views(defect.openImage(files), defect.openMask(files), side));
        }
        if (views.isEmpty()) {
            throw new DatasetException(
                    "no training image shows its defect at the working resolution, so pairs cannot start from real"
                            + " ones; set a higher resolution, or generation.strength = 1");
        }
        return views;
    }

    /**
     * A real defect on a good image, in its place; nothing of it where no defect may be.
     *
     * @param real of the good image's size
     * @param borders that it comes in from; it is mirrored where it comes in from the same ones then
     * @param place see {@link Anchor#place}
     */
    Pasted pasted(DetectorPair real, Borders borders, Image good, float[] place, UniformRandomProvider random) {
        List<Flip> allowed = flips.stream().filter(borders::staySameIn).toList();
        Flip flip = allowed.get(random.nextInt(allowed.size()));
        DetectorPair made = CutPaste.inPlace(real.flip(flip), borders, good, random);
        int area = good.width() * good.height();
        byte[] levels = made.image().levels().clone();
        for (int i = 0; place != null && i < levels.length; i++) {
            levels[i] = place[i % area] == 0 ? good.levels()[i] : levels[i];
        }
        Image image = new Image(good.width(), good.height(), good.channels(), levels);
        boolean[] defect = made.mask().set();
        Mask mask = Mask.where(good.width(), good.height(), i -> defect[i] && (place == null || place[i] != 0));
        return new Pasted(
                image.signed(), anchoring.ground().around(image, mask.image()).signed(), mask);
    }

    /**
     * What pairs made in windows of good images are made from.
     *
     * @param policy how the windows of training were cut
     * @param spread see {@link DefectPlaces#DefectPlaces}
     * @param good the images that windows are cut of, with their object masks if defects are to lie on the object
     * @param anchored whether the window is what the pair is made on; else the model draws all of it, and the defect is cloned
     *     into the window
     */
    public record CropSource(DefectCrops.Policy policy, double spread, AnchorSource good, boolean anchored)
            implements Serializable {}
}
