package org.dualanodiff.pipeline.upkeep;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Old results of detectors, {@code detectors/FINGERPRINT/}. They spare an evaluation a training and can be had again by
 * one; an evaluation's own figures are in its report. No report names the results that it came from, so age alone tells.
 */
final class DetectorGarbage implements GarbageFinder {

    private static final Pattern FILE = Pattern.compile("(detectors/[^/]+)/.+");

    private final ObjectStore store;
    private final AgeLimits limits;

    DetectorGarbage(ObjectStore store, AgeLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    @Override
    public List<FoundGarbage> find(Inventory files) {
        return files.by(FILE).entrySet().stream()
                .filter(detector -> detector.getValue().areOlderThan(limits.keep()))
                .map(detector -> found(detector.getKey(), detector.getValue()))
                .toList();
    }

    private FoundGarbage found(String folder, Inventory files) {
        return new FoundGarbage(
                files.garbage("old results of a detector", folder, Optional.empty()),
                () -> Inventory.of(store, folder).areOlderThan(limits.keep()));
    }
}
