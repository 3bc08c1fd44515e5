package org.dualanodiff.model.mask;

import java.io.Serializable;

/** Finds the defect's pixels in a generated anomaly part (DualAnoDiff, section 3.4). */
public sealed interface MaskExtractor extends Serializable permits GroundDistanceMask, AttentionMask, SaliencyMask {

    /**
     * @return of the part's size; empty if there is no defect
     */
    Mask extract(AnomalyPart part);

    /** Whether the part's attention has to be recorded while it is generated. */
    default boolean needsAttention() {
        return false;
    }
}
