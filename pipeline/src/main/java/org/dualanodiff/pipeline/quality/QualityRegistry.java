package org.dualanodiff.pipeline.quality;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
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
        boolean first = store.createIfAbsent(key(unit), Json.record(LearnedQuality.of(unit, profile)));
        return first
                ? profile
                : find(unit).map(standing -> standing.in(profile)).orElse(profile);
    }

    /** Empty before the first pairs are generated. */
    public Optional<LearnedQuality> find(UnitKey unit) {
        return store.find(key(unit), LearnedQuality.class);
    }

    private String key(UnitKey unit) {
        return StoreLayout.quality(runId, unit);
    }

    /**
     * The limits that the pairs of one defect are held to in a run: {@code runs/RUN/quality/CATEGORY/DEFECT.json}. Written
     * when the first pairs are generated and used by all later ones.
     *
     * @param pairs views of real images that they were learned from
     * @param copyOverlap see {@link PairSignature#distanceTo}
     * @param limits by the reason that breaking them gives
     * @param maskLow chosen level, if it was to be chosen
     * @param maskHigh chosen level, if it was to be chosen
     * @param objectThreshold of the automatic object mask, where there is one
     */
    public record LearnedQuality(
            String category,
            String defect,
            int pairs,
            double copyOverlap,
            Map<String, Double> limits,
            Optional<Double> maskLow,
            Optional<Double> maskHigh,
            Optional<Double> objectThreshold) {

        public LearnedQuality {
            requireNonNull(category, "category");
            requireNonNull(defect, "defect");
            requireNonNull(limits, "limits");
        }

        public UnitKey unit() {
            return new UnitKey(category, defect);
        }

        static LearnedQuality of(UnitKey unit, QualityProfile profile) {
            Optional<MaskLevels> levels = Optional.ofNullable(profile.levels());
            return new LearnedQuality(
                    unit.category(),
                    unit.defect(),
                    profile.pairs(),
                    profile.overlap(),
                    profile.thresholds().byReason(),
                    levels.map(MaskLevels::low),
                    levels.map(MaskLevels::high),
                    Optional.ofNullable(profile.objects()).map(object -> object.threshold()));
        }

        /** The profile with the limits, levels and object mask that stand here in place of its own. */
        QualityProfile in(QualityProfile profile) {
            MaskLevels levels =
                    maskLow.isPresent() ? new MaskLevels(maskLow.get(), maskHigh.orElseThrow()) : profile.levels();
            return new QualityProfile(
                    GateThresholds.ofReasons(limits),
                    pairs,
                    copyOverlap,
                    profile.training(),
                    objectThreshold.map(AutomaticObjectMask::new).orElse(null),
                    levels);
        }
    }
}
