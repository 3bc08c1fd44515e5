package org.dualanodiff.jobs.run;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import org.apache.spark.api.java.JavaSparkContext;
import org.dualanodiff.jobs.run.AugmentRun.Stages;
import org.dualanodiff.jobs.spark.SickExecutors;
import org.dualanodiff.jobs.spark.UnitJobs;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.QualityConfig;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.quality.LearnQuality;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.quality.QualityRegistry;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.UnitCommits;
import org.dualanodiff.pipeline.train.AdapterPreview;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;

/**
 * What all units of a run share.
 *
 * @param sets by unit
 * @param suspects one permit, for units under which an executor has died
 */
record RunScope(
        JavaSparkContext spark,
        Stages stages,
        String runId,
        RunInputs inputs,
        Map<UnitKey, DefectSet> sets,
        ObjectStore store,
        RunLease lease,
        UnitDeaths deaths,
        SickExecutors executors,
        Semaphore suspects,
        UnitStates states,
        UnitJobs jobs) {

    /** Good images looked at to find out how the object is told from its ground. */
    private static final int GOOD_IMAGES = 8;

    PipelineConfig config() {
        return inputs.settings().config();
    }

    SampleTarget target() {
        return inputs.settings().target();
    }

    AdapterRegistry adapters() {
        return new AdapterRegistry(store);
    }

    UnitCommits commits() {
        return new UnitCommits(store, runId);
    }

    QualityRegistry limits() {
        return new QualityRegistry(store, runId);
    }

    /**
     * Out of politeness: what another driver has committed cannot be committed again.
     *
     * @throws org.dualanodiff.pipeline.store.StoreException if another driver has taken over
     */
    void requireHeld() {
        lease.requireNotLost();
    }

    TrainTask trainTask(UnitKey unit, AdapterId adapter) {
        DefectSet set = sets.get(unit);
        BackgroundSource background = inputs.background(unit.category());
        return new TrainTask(
                adapter,
                set,
                background,
                inputs.settings().crops(),
                inputs.settings().base(),
                inputs.settings().prompt(unit),
                inputs.settings().training(background == null ? BackgroundMode.OFF : background.mode()),
                inputs.settings().trainingSettings(background != null),
                inputs.quarantinedForTraining(set),
                config().training().checkpointMinutes(),
                preview(background != null));
    }

    /** Masks whose levels are learned from real pairs get them from those of the training, since nothing else is known yet. */
    private AdapterPreview.Policy preview(boolean compensated) {
        int every = config().training().previewEvery();
        return every == 0
                ? null
                : new AdapterPreview.Policy(
                        every,
                        config().prompt().negative(),
                        inputs.settings().previewSampling(compensated),
                        inputs.settings().mask(Optional.empty()),
                        inputs.settings().choosesMaskLevels());
    }

    GenerateTask generateTask(GenerateUnit unit, PublishedAdapter adapter, QualityProfile profile) {
        UnitKey key = unit.unit();
        return new GenerateTask(
                runId,
                unit,
                adapter,
                inputs.background(key.category()),
                inputs.anchors(key.category()),
                inputs.crops(sets.get(key)),
                inputs.settings().prompt(key),
                config().prompt().negative(),
                inputs.settings().sampling(inputs.background(key.category()) != null),
                inputs.settings().mask(Optional.ofNullable(profile.levels())),
                inputs.settings().refinement(),
                inputs.settings().change(),
                config().generation().seed(),
                profile,
                config().quality().keepRejectedPixels());
    }

    /** Whether good pairs of a defect are to be known. */
    boolean learns() {
        return config().quality().enabled() || inputs.settings().choosesMaskLevels();
    }

    LearnQuality.Task learnTask(UnitKey unit) {
        QualityConfig quality = config().quality();
        List<URI> good =
                inputs.dataset().good(unit.category()).map(GoodImages::training).orElse(List.of());
        return new LearnQuality.Task(
                sets.get(unit),
                good.subList(0, Math.min(GOOD_IMAGES, good.size())),
                inputs.settings().resolution(),
                inputs.settings().crops(),
                config().training().flips(),
                quality.enabled(),
                quality.copyOverlap(),
                quality.limits(),
                inputs.settings().choosesMaskLevels() ? inputs.settings().groundDistance() : null);
    }
}
