package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import org.dualanodiff.pipeline.Shown;

/** A kind of defect on a kind of product: what one adapter draws. */
public record UnitKey(String category, String defect) implements Serializable {
    /** For people. */
    @Override
    public String toString() {
        return Shown.line(category + "/" + defect);
    }
}
