package org.dualanodiff.pipeline.plan;

import java.io.Serializable;

/** A kind of defect on a kind of product: what one adapter draws. */
public record UnitKey(String category, String defect) implements Serializable {
    @Override
    public String toString() {
        return category + "/" + defect;
    }
}
