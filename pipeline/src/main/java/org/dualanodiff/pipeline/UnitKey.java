package org.dualanodiff.pipeline;

import java.io.Serializable;
import java.util.Comparator;

/** A kind of defect on a kind of product: what one adapter draws. */
public record UnitKey(String category, String defect) implements Serializable {
    /** By category, then defect. */
    public static final Comparator<UnitKey> ORDER =
            Comparator.comparing(UnitKey::category).thenComparing(UnitKey::defect);

    /** For people. */
    @Override
    public String toString() {
        return DisplayText.line(category + "/" + defect);
    }
}
