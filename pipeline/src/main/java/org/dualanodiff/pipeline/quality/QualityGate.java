package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

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

    private final GateThresholds thresholds;
    private final PairMeasurement measurement;

    public QualityGate(QualityProfile profile) {
        this.thresholds = profile.thresholds();
        this.measurement = profile.measurement();
    }

    /**
     * @param image RGB
     * @param part the defect on its ground, of the same size
     * @param mask grey, 255 on the defect and 0 elsewhere, of the same size
     * @param windowMargin see {@link PairMeasures}; NaN where there is no window
     * @param finite whether the model's numbers were
     */
    public Verdict judge(
            BufferedImage image, BufferedImage part, BufferedImage mask, double windowMargin, boolean finite) {
        PairMeasures measures = measurement.of(image, part, mask, windowMargin);
        return new Verdict(measures, PairSignature.of(image, mask), reasons(measures, finite));
    }

    private List<String> reasons(PairMeasures measures, boolean finite) {
        if (!finite) {
            return List.of(NOT_A_NUMBER);
        } else if (measures.maskRatio() == 0) {
            return List.of(EMPTY_MASK);
        }
        Stream<QualityCheck> broken =
                Arrays.stream(QualityCheck.values()).filter(check -> thresholds.areBrokenBy(measures, check));
        return broken.map(QualityCheck::reason).toList();
    }
}
