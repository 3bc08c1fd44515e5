package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.sampling.Anchors;
import org.dualanodiff.model.sampling.Anchors.Anchor;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.DefectSet;

/**
 * The good images of one category that pairs are made on.
 *
 * @param good images of {@code train/good}, in a fixed order
 * @param objects where the product is, or null: a defect may lie anywhere
 * @param anchoring how pairs made on them follow them
 */
public record AnchorSource(List<URI> good, BackgroundSource objects, Anchoring anchoring) implements Serializable {

    public AnchorSource {
        good = List.copyOf(good);
    }

    /** @param side of the working images, in pixels */
    Anchors open(DatasetFiles files, int side) throws IOException {
        BackgroundSource.ObjectMasks masks = objects == null ? null : objects.open(files);
        TrainingTransform transform = new TrainingTransform(side);
        return new Anchors(
                good.size(),
                anchoring,
                (number, series, index) -> load(good.get(number), files, masks, transform, side));
    }

    private static Optional<Anchor> load(
            URI uri, DatasetFiles files, BackgroundSource.ObjectMasks masks, TrainingTransform transform, int side)
            throws IOException {
        Optional<BufferedImage> photograph = files.goodImage(uri);
        if (photograph.isEmpty()) {
            return Optional.empty();
        }
        float[] pixels = transform.image(photograph.get(), Flip.NONE);
        float[] place = masks == null ? null : transform.mask(masks.of(uri, photograph.get()), Flip.NONE);
        return Optional.of(new Anchor(
                DatasetPath.address(uri), Image.ofSigned(pixels, side, side).buffered(), pixels, place));
    }

    /**
     * What pairs made in windows of good images are made from.
     *
     * @param policy how the windows of training were cut
     * @param set whose training images say where defects lie
     * @param good the images that windows are cut of, with their object masks if defects are to lie on the object
     * @param anchored whether the window is what the pair is made on; else the model draws all of it, and the defect is cloned
     *     into the window
     */
    public record CropSource(DefectCrops.Policy policy, DefectSet set, AnchorSource good, boolean anchored)
            implements Serializable {}
}
