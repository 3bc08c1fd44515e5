package org.dualanodiff.jobs.run;

import java.net.URI;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.jobs.spark.QualityJob;
import org.dualanodiff.pipeline.config.QualityConfig;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.GoodImages;
import org.dualanodiff.pipeline.plan.UnitKey;
import org.dualanodiff.pipeline.quality.LearnTask;
import org.dualanodiff.pipeline.quality.QualityProfile;
import org.dualanodiff.pipeline.quality.QualityRegistry;
import org.dualanodiff.pipeline.run.RunInputs;

/** What good pairs of each defect are like, learned once in a command and held on to in the run. */
final class QualityProfiles {

    /** Good images looked at to find out how the object is told from its ground. */
    private static final int GOOD_IMAGES = 8;

    private final RunInputs inputs;
    private final QualityJob job;
    private final QualityRegistry registry;
    private final Map<UnitKey, QualityProfile> profiles = new HashMap<>();
    private final Map<UnitKey, String> errors = new HashMap<>();

    QualityProfiles(RunInputs inputs, QualityJob job, QualityRegistry registry) {
        this.inputs = inputs;
        this.job = job;
        this.registry = registry;
    }

    /** Learns those that are not known yet. */
    void learn(Collection<UnitKey> units) {
        Map<UnitKey, DefectSet> sets = inputs.setsByUnit();
        List<LearnTask> tasks = units.stream()
                .distinct()
                .filter(unit -> isWanted() && !profiles.containsKey(unit) && !errors.containsKey(unit))
                .map(unit -> task(sets.get(unit)))
                .toList();
        job.run(tasks).forEach(this::add);
    }

    private void add(QualityJob.Learned learned) {
        if (learned.error() == null) {
            profiles.put(learned.unit(), registry.settle(learned.unit(), learned.profile()));
        } else {
            errors.put(learned.unit(), learned.error());
        }
    }

    /** Why nothing is known of a unit. */
    Optional<String> error(UnitKey unit) {
        return Optional.ofNullable(errors.get(unit));
    }

    QualityProfile of(UnitKey unit) {
        return profiles.getOrDefault(unit, QualityProfile.NONE);
    }

    private boolean isWanted() {
        return quality().enabled() || inputs.settings().choosesMaskLevels();
    }

    private QualityConfig quality() {
        return inputs.settings().config().quality();
    }

    private LearnTask task(DefectSet set) {
        List<URI> good =
                inputs.dataset().good(set.category()).map(GoodImages::training).orElse(List.of());
        return new LearnTask(
                set,
                good.subList(0, Math.min(GOOD_IMAGES, good.size())),
                inputs.settings().resolution(),
                inputs.settings().crops(),
                inputs.settings().flips(),
                quality().enabled(),
                quality().copyOverlap(),
                quality().limits(),
                inputs.settings().choosesMaskLevels() ? inputs.settings().groundDistance() : null);
    }
}
