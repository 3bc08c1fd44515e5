package org.dualanodiff.pipeline.store;

import java.io.Serializable;
import java.util.Objects;
import org.dualanodiff.pipeline.UnitKey;

/** Which adapter: whose defect it draws, and the hash of everything that shaped it. */
public record AdapterId(String category, String defect, Fingerprint fingerprint) implements Serializable {
    public AdapterId(UnitKey unit, Fingerprint fingerprint) {
        this(unit.category(), unit.defect(), fingerprint);
    }

    public AdapterId {
        Objects.requireNonNull(category, "category");
        Objects.requireNonNull(defect, "defect");
        Objects.requireNonNull(fingerprint, "fingerprint");
    }

    /** What it draws. */
    public UnitKey unit() {
        return new UnitKey(category, defect);
    }
}
