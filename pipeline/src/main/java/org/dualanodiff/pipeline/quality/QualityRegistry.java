package org.dualanodiff.pipeline.quality;

import java.util.Optional;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;

/** The limits of a run's defects in the store. */
public final class QualityRegistry {

    private final ObjectStore store;
    private final String runId;

    public QualityRegistry(ObjectStore store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    /**
     * Writes a profile's limits down, unless the run has limits for the unit.
     *
     * @return the profile with the limits that the run has
     */
    public QualityProfile settle(UnitKey unit, QualityProfile profile) {
        boolean first = store.createIfAbsent(key(unit), Json.bytes(LearnedQuality.of(unit, profile)));
        return first
                ? profile
                : find(unit).map(standing -> standing.in(profile)).orElse(profile);
    }

    /** Empty before the first pairs are generated. */
    public Optional<LearnedQuality> find(UnitKey unit) {
        String key = key(unit);
        return store.find(key).map(json -> Json.parse(json, LearnedQuality.class, store.uri(key)));
    }

    private String key(UnitKey unit) {
        return StoreLayout.quality(runId, unit);
    }
}
