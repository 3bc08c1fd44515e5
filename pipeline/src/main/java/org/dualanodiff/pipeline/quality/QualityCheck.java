package org.dualanodiff.pipeline.quality;

import java.util.Locale;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;

/** The checks that have a limit: what they look at, on which side of the limit a pair is good, and the limit's setting. */
public enum QualityCheck {
    /** The mask is smaller than those of real defects. */
    MASK_TOO_SMALL(Side.AT_LEAST, "min-mask-ratio", Measure.MASK_RATIO),
    /** The mask is larger than those of real defects. */
    MASK_TOO_LARGE(Side.AT_MOST, "max-mask-ratio", Measure.MASK_RATIO),
    /** The mask is in more parts than those of real defects. */
    TOO_MANY_COMPONENTS(Side.AT_MOST, "max-components", Measure.COMPONENTS),
    /** The mask lies beside the object. */
    OFF_OBJECT(Side.AT_MOST, "max-outside-object", Measure.OUTSIDE_OBJECT),
    /** The image does not change where the mask says it does. */
    NO_CHANGE(Side.AT_LEAST, "min-contrast", Measure.CONTRAST),
    /** Image and anomaly part show different defects. */
    PART_DIFFERS(Side.AT_MOST, "max-part-difference", Measure.PART_DIFFERENCE),
    /** Much more of the image is black or white than in real ones. */
    SATURATED(Side.AT_MOST, "max-clipped", Measure.CLIPPED),
    /** The image is of one level. */
    FLAT(Side.AT_LEAST, "min-deviation", Measure.DEVIATION),
    /** The defect is cut off by the window that it was made in. */
    CUT_BY_WINDOW(Side.AT_LEAST, "min-window-margin", Measure.WINDOW_MARGIN),
    NEAR_COPY_OF_TRAINING(Side.AT_LEAST, "min-training-distance", Measure.TRAINING_DISTANCE),
    /** Decided among all pairs of a defect, after they are made; see {@link AcceptedCopies}. */
    NEAR_COPY_OF_ACCEPTED(Side.AT_LEAST, "min-accepted-distance", Measure.ACCEPTED_DISTANCE);

    private enum Side {
        AT_LEAST,
        AT_MOST
    }

    private final Side side;
    private final String setting;
    private final Measure measure;

    QualityCheck(Side side, String setting, Measure measure) {
        this.side = side;
        this.setting = setting;
        this.measure = measure;
    }

    /** The reason as it stands in the {@code reasons} column: the check's name in lower case. */
    public String reason() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Name of the limit in the configuration's block {@code quality}. */
    public String setting() {
        return setting;
    }

    double measured(PairMeasures measures) {
        return measures.of(measure);
    }

    /** False where either the value or the limit is NaN: what was not measured, or is not limited, is not held against it. */
    boolean isBrokenBy(double value, double limit) {
        return side == Side.AT_LEAST ? value < limit : value > limit;
    }
}
