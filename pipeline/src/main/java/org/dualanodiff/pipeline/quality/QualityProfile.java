package org.dualanodiff.pipeline.quality;

import java.io.Serializable;
import java.util.List;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;

/**
 * What the real pairs of one defect say about generated ones; it travels to the executors.
 *
 * @param pairs views of real images that it was learned from
 * @param overlap see {@link PairSignature#distanceTo}
 * @param training signatures of the training views, mirrored as training mirrors them
 * @param objects finds the object in an image; null if that cannot be trusted for this category
 * @param levels for masks by distance from grey; null unless they are to be chosen
 */
public record QualityProfile(
        GateThresholds thresholds,
        int pairs,
        double overlap,
        List<PairSignature> training,
        AutomaticObjectMask objects,
        MaskLevels levels)
        implements Serializable {

    /** Without any limit: a pair only needs a mask. */
    public static final QualityProfile NONE = new QualityProfile(GateThresholds.NONE, 0, 1, List.of(), null, null);

    public QualityProfile {
        training = List.copyOf(training);
    }

    /** What finds near-copies among this defect's pairs. */
    public AcceptedCopies copies() {
        return new AcceptedCopies(thresholds.limit(QualityCheck.NEAR_COPY_OF_ACCEPTED), overlap);
    }
}
