package org.dualanodiff.pipeline.plan;

import java.io.Serializable;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;

/** An adapter to be trained: one Spark task on one GPU. */
public record TrainUnit(String category, String defect, Fingerprint adapter) implements Serializable {
    public AdapterId adapterId() {
        return new AdapterId(category, defect, adapter);
    }
}
