package org.dualanodiff.pipeline.quality;

import java.util.List;

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
