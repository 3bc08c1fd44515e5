package org.dualanodiff.pipeline.upkeep;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.AgeLimits;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageFinder;

/** Evaluations of runs that are gone, {@code evaluations/RUN/}. One of real images alone never had a run; age protects it. */
final class EvaluationGarbage implements GarbageFinder {

    private static final Pattern FILE = Pattern.compile("(evaluations/[^/]+)/.+");

    private final ObjectStore store;
    private final AgeLimits limits;

    EvaluationGarbage(ObjectStore store, AgeLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    @Override
    public List<FoundGarbage> find(Inventory files) {
        Set<String> runs = files.by(StoredRuns::of).keySet();
        return files.by(FILE).entrySet().stream()
                .filter(evaluation -> evaluation.getValue().areOlderThan(limits.keep()))
                .filter(evaluation -> !runs.contains(run(evaluation.getKey())))
                .map(evaluation -> found(evaluation.getKey(), evaluation.getValue()))
                .toList();
    }

    private FoundGarbage found(String folder, Inventory files) {
        String run = run(folder);
        return new FoundGarbage(
                files.garbage("an evaluation of a run that is gone", folder, Optional.of(run)),
                () -> !StoredRuns.isThere(store, run)
                        && Inventory.of(store, folder).areOlderThan(limits.keep()));
    }

    private static String run(String folder) {
        return PathSegment.unescape(folder.substring(folder.indexOf('/') + 1));
    }

    /**
     * Old results of detectors, {@code detectors/FINGERPRINT/}. They spare an evaluation a training and can be had again by
     * one; an evaluation's own figures are in its report. No report names the results that it came from, so age alone tells.
     */
    static final class DetectorGarbage implements GarbageFinder {

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
}
