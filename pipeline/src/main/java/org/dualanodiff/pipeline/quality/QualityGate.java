package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;

/**
 * Decides whether a generated pair is good enough to train a detector with. All checks but one look at the pair alone;
 * {@link AcceptedCopies} compares it with the others afterwards, so that the verdict does not depend on who made what
 * first.
 */
public final class QualityGate {

    /** A pair without a mask tells a detector nothing; needs no limit. */
    public static final String EMPTY_MASK = "empty_mask";

    /** The model diverged; needs no limit. */
    public static final String NOT_A_NUMBER = "not_a_number";

    private final QualityProfile profile;

    public QualityGate(QualityProfile profile) {
        this.profile = profile;
    }

    /**
     * What the gate says of one pair.
     *
     * @param reasons why it is rejected; empty if it is good
     */
    public record Verdict(PairMeasures measures, PairSignature signature, List<String> reasons) {
        public Verdict {
            reasons = List.copyOf(reasons);
        }

        public boolean accepted() {
            return reasons.isEmpty();
        }
    }

    /**
     * @param image RGB
     * @param part the defect on its ground, of the same size
     * @param mask of the same size
     * @param windowMargin see {@link PairMeasures}; NaN where there is no window
     * @param finite whether the model's numbers were
     */
    public Verdict judge(BufferedImage image, BufferedImage part, Mask mask, double windowMargin, boolean finite) {
        PairSignature signature = PairSignature.of(image, mask);
        PairMeasures measures = PairMeasures.of(
                image,
                part,
                mask,
                windowMargin,
                Optional.ofNullable(profile.objects()),
                signature.toNearest(profile.training(), profile.overlap()));
        return new Verdict(measures, signature, reasons(measures, finite));
    }

    private List<String> reasons(PairMeasures measures, boolean finite) {
        if (!finite) {
            return List.of(NOT_A_NUMBER);
        } else if (measures.of(Measure.MASK_RATIO) == 0) {
            return List.of(EMPTY_MASK);
        }
        return Arrays.stream(QualityCheck.values())
                .filter(check -> profile.thresholds().areBrokenBy(measures, check))
                .map(QualityCheck::reason)
                .toList();
    }
}
