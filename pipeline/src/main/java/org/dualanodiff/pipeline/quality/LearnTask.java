package org.dualanodiff.pipeline.quality;

import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.pipeline.config.Limit;
import org.dualanodiff.pipeline.crop.CropPolicy;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.UnitKey;

/**
 * What is to be learned of the real images of one defect, with all that an executor needs to know.
 *
 * @param good images without defect, to find the object by
 * @param side of the generated images, in pixels
 * @param crops how windows are cut around the defects, or null where whole images are learned
 * @param flips how training mirrors the images
 * @param gate whether limits are wanted at all
 * @param overlap see {@link PairSignature#distanceTo}
 * @param limits those that the configuration sets, by their names there
 * @param levelsFor the extraction of masks whose levels are to be chosen, or null if they are given
 */
public record LearnTask(
        DefectSet set,
        List<URI> good,
        int side,
        CropPolicy crops,
        List<Flip> flips,
        boolean gate,
        double overlap,
        Map<String, Limit> limits,
        GroundDistanceMask levelsFor)
        implements Serializable {

    public LearnTask {
        good = List.copyOf(good);
        flips = List.copyOf(flips);
    }

    public UnitKey unit() {
        return set.unit();
    }
}
