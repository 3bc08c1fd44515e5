package org.dualanodiff.pipeline.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.mask.AttentionMask;
import org.dualanodiff.model.mask.EdgeRefinement;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.mask.SaliencyMask;
import org.dualanodiff.model.mask.VisibleChange;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.sampling.SamplingConfig.GuidanceInterval;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.AdapterTrainingConfig;
import org.dualanodiff.pipeline.config.DatasetConfig;
import org.dualanodiff.pipeline.config.GenerationConfig;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.Changes;
import org.dualanodiff.pipeline.config.PipelineConfig.MaskConfig;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.generate.GenerateSamples.MaskSteps;
import org.dualanodiff.pipeline.plan.AdapterRecipe;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.quality.MaskLevels;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.train.AdapterPreview;

/**
 * The configuration in the words of the model, with what only the base model can tell filled in.
 *
 * @param base name and hash of the frozen base model
 * @param resolution side of the working images, in pixels
 * @param warmStart whether adapters begin as the base model's starting adapter
 * @param saliencyModel SHA-256 of the saliency network's file, if masks are made by one
 */
public record RunSettings(
        PipelineConfig config,
        Provenance.BaseModel base,
        int resolution,
        boolean warmStart,
        Optional<String> saliencyModel) {

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(category|defect)}");

    private static final int PREVIEW_STEPS = 20;
    private static final int PREVIEW_PAIRS = 4;

    private static final Set<String> IN_RECIPE =
            Set.of("base-model", "prompt.global", "prompt.anomaly", "resolution", "seed");
    /** Both are recorded under one name, that of what is left out. */
    private static final Set<String> ABLATED = Set.of("training.interaction", "training.shared-lora");

    /**
     * Fills in from the base model what the configuration leaves open.
     *
     * @throws CheckpointException if the base model is not usable
     * @throws UserError if settings do not fit it, or a saliency network's file cannot be read
     */
    static RunSettings of(PipelineConfig config, ModelFiles base) {
        return new RunSettings(
                config,
                new Provenance.BaseModel(config.baseModel(), base.fingerprint()),
                resolution(config, base),
                isWarm(config.training(), base),
                saliencyModel(config.mask()));
    }

    /**
     * The side of the working images: as set, or the base model's own.
     *
     * @throws UserError if the base model cannot work at that resolution
     */
    public static int resolution(PipelineConfig config, ModelFiles base) {
        int factor = base.vaeConfig().downsamplingFactor();
        int resolution = config.resolution(base.resolution());
        if (resolution % factor != 0) {
            throw new UserError(
                    "resolution must be a multiple of %d, the reduction of this base model's autoencoder, was %d"
                            .formatted(factor, resolution));
        }
        return resolution;
    }

    /** Whether the base has a starting adapter that fits, or, where a warm start is asked for, has one at all. */
    private static boolean isWarm(AdapterTrainingConfig training, ModelFiles base) {
        Optional<Path> adapter = base.startingAdapter();
        return switch (training.init()) {
            case "cold" -> false;
            case "warm" -> {
                requireFitting(training, base, adapter);
                yield true;
            }
            default ->
                adapter.filter(file -> AdapterFile.rank(file) == training.rank())
                        .isPresent();
        };
    }

    private static void requireFitting(AdapterTrainingConfig training, ModelFiles base, Optional<Path> adapter) {
        if (adapter.isEmpty()) {
            throw new UserError("training.init is warm, but the base model %s has no starting adapter; set cold or auto"
                    .formatted(base.root()));
        }
        int rank = AdapterFile.rank(adapter.get());
        if (rank != training.rank()) {
            throw new UserError(
                    "training.init is warm, but the base model's starting adapter has rank %d; set training.rank = %1$d"
                            .formatted(rank));
        }
    }

    /** By content: another network under the same name makes other masks, the same one elsewhere does not. */
    private static Optional<String> saliencyModel(MaskConfig mask) {
        if (!mask.method().equals("saliency")) {
            return Optional.empty();
        }
        try {
            byte[] network = Files.readAllBytes(Path.of(mask.saliencyModel()));
            return Optional.of(Fingerprint.ofBytes(network).hex());
        } catch (IOException e) {
            throw new UserError(
                    "mask.saliency-model must name a readable TorchScript file, was %s (%s)"
                            .formatted(mask.saliencyModel(), e),
                    e);
        }
    }

    /** The prompts of one defect of one product: names take the places that the settings leave for them. */
    public NestedPrompt prompt(UnitKey unit) {
        return new NestedPrompt(
                named(config.prompt().global(), unit), named(config.prompt().anomaly(), unit));
    }

    private static String named(String prompt, UnitKey unit) {
        Map<String, String> names = Map.of(
                "category", UnitKey.spoken(unit.category()),
                "defect", UnitKey.spoken(unit.defect()));
        return DisplayText.fill(prompt, PLACEHOLDER, names);
    }

    /** @param background whether and how the unit's adapter has background compensation */
    public TrainingConfig training(BackgroundMode background) {
        AdapterTrainingConfig training = config.training();
        int batch = training.batchSize(background != BackgroundMode.OFF);
        return new TrainingConfig(
                training.steps(),
                batch,
                training.microBatchSize(batch),
                training.recompute(),
                training.optimizer(),
                training.schedule().equals("cosine"),
                training.defectWeight().orElse(0),
                training.partGround(),
                training.rank(),
                warmStart,
                background,
                training.ablation(),
                resolution,
                training.flips(),
                training.checkpointEvery(),
                config.seeds().adapters());
    }

    /** @param compensated whether the unit's adapter has background compensation */
    public SamplingConfig sampling(boolean compensated) {
        GenerationConfig generation = config.generation();
        return new SamplingConfig(
                generation.sampler(),
                generation.steps(compensated),
                generation.guidance(compensated),
                generation.deepCacheInterval(),
                generation.batchSize(),
                resolution,
                config.mask().method().equals("attention"));
    }

    /**
     * How sample sheets are drawn; null for none. Masks whose levels are learned from real pairs get them from those of the
     * training, since nothing else is known yet.
     */
    AdapterPreview.Policy preview(boolean compensated) {
        int every = config.training().previewEvery();
        return every == 0
                ? null
                : new AdapterPreview.Policy(
                        every,
                        config.prompt().negative(),
                        previewSampling(compensated),
                        mask(Optional.empty()),
                        choosesMaskLevels());
    }

    /**
     * How the pairs of a sample sheet are drawn: few of them in few steps, whatever is set for the run's own. Enough to
     * see how far an * adapter is.
     *
     * @param compensated whether the unit's adapter has background compensation
     */
    public SamplingConfig previewSampling(boolean compensated) {
        return new SamplingConfig(
                SamplingConfig.Method.DPM_SOLVER,
                PREVIEW_STEPS,
                new Guidance(
                        config.generation().guidance(),
                        config.generation().guidanceScale(compensated),
                        GuidanceInterval.WHOLE),
                1,
                PREVIEW_PAIRS,
                resolution,
                config.mask().method().equals("attention"));
    }

    /** @param levels those chosen for the defect; empty unless {@link #choosesMaskLevels} */
    public MaskExtractor mask(Optional<MaskLevels> levels) {
        MaskConfig mask = config.mask();
        return switch (mask.method()) {
            case "attention" -> new AttentionMask(mask.threshold(), maskCleanup());
            case "saliency" ->
                new SaliencyMask(
                        mask.saliencyModel(),
                        saliencyModel.orElseThrow(),
                        mask.saliencySize(),
                        mask.threshold(),
                        maskCleanup());
            default -> levels.map(chosen -> chosen.in(groundDistance())).orElseGet(this::groundDistance);
        };
    }

    /** Whether the levels of the masks are chosen for each defect. */
    public boolean choosesMaskLevels() {
        MaskConfig mask = config.mask();
        return mask.method().equals("grey-distance") && mask.low().isAuto();
    }

    /** The extraction of masks by the part's distance from its ground; levels to be chosen stand at their extremes. */
    public GroundDistanceMask groundDistance() {
        MaskConfig mask = config.mask();
        return new GroundDistanceMask(
                mask.low().orElse(0), mask.high().orElse(1), config.training().partGround(), maskCleanup());
    }

    private MaskCleanup maskCleanup() {
        return config.mask().cleanup().at(resolution);
    }

    /** How generated pairs get their masks; see {@link #mask}. */
    MaskSteps masks(Optional<MaskLevels> levels) {
        MaskConfig mask = config.mask();
        return new MaskSteps(
                mask(levels),
                mask.refineRadius() == 0
                        ? null
                        : new EdgeRefinement(mask.refineRadius(), mask.refineEpsilon(), maskCleanup()),
                mask.minChange() == 0 ? null : new VisibleChange(mask.minChange(), maskCleanup()));
    }

    public SampleTarget target() {
        GenerationConfig generation = config.generation();
        double attempts = Math.ceil(config.quality().maxAttempts() * generation.samplesPerDefect());
        return new SampleTarget(generation.samplesPerDefect(), generation.batchSize(), generation.pairsPerTask(), (int)
                Math.min(attempts, Integer.MAX_VALUE / 2));
    }

    /** How windows are cut around defects; null where whole images are learned. */
    public DefectCrops.Policy crops() {
        return crops(config, resolution);
    }

    /** The same for a base that is yet to be made. */
    public static DefectCrops.Policy crops(PipelineConfig config, int resolution) {
        DatasetConfig.Crop crop = config.dataset().crop();
        return crop.aroundDefects()
                ? new DefectCrops.Policy(
                        resolution,
                        crop.margin(),
                        crop.jitter(),
                        crop.perImage(),
                        config.seeds().adapters())
                : null;
    }

    /** What shapes every adapter, besides its images and {@link #trainingSettings}. */
    public AdapterRecipe recipe() {
        return new AdapterRecipe(
                base.sha256(),
                config.prompt().global() + "\n" + config.prompt().anomaly(),
                resolution,
                config.seeds().adapters());
    }

    /**
     * The settings that change an adapter's weights, by their names in the configuration, without those that the recipe has places
     * of its own for.
     *
     * @param compensated whether the adapter has background compensation
     */
    public Map<String, String> trainingSettings(boolean compensated) {
        Map<String, String> settings = config.changing(Changes.ADAPTER);
        settings.keySet().removeAll(IN_RECIPE);
        settings.put("training.init", warmStart ? "warm" : "cold");
        settings.put("training.batch-size", numbers(compensated).get("training.batch-size"));
        Ablation ablation = config.training().ablation();
        if (settings.keySet().removeAll(ABLATED)) {
            settings.put(
                    "training.ablation",
                    "Ablation[withoutInteraction=%s, sharedLora=%s]"
                            .formatted(ablation.withoutInteraction(), ablation.sharedLora()));
        }
        return settings;
    }

    /** Everything that changes a sample's pixels or verdict, by its name in the configuration; not how many there are to be. */
    public Map<String, String> all() {
        Map<String, String> settings = config.changing(Changes.ADAPTER);
        settings.putAll(config.changing(Changes.SAMPLES));
        settings.keySet().removeAll(ABLATED);
        settings.putAll(trainingSettings(false));
        settings.putAll(numbers(false));
        settings.put("base-model", base.sha256());
        settings.put("resolution", Integer.toString(resolution));
        settings.put("compute.precision", config.compute().forGeneration());
        saliencyModel.ifPresent(network -> settings.put("mask.saliency-model", network));
        if (config.seeds().samples() == config.seeds().adapters()) {
            settings.remove("generation.seed");
        }
        // At the reference side, radii and areas mean what they did before they were scaled.
        if (resolution != MaskCleanup.REFERENCE_SIDE) {
            settings.put("mask.reference-side", Integer.toString(MaskCleanup.REFERENCE_SIDE));
        }
        // Without compensation for any category its numbers change nothing.
        if (config.background().isPossible()) {
            ownWithCompensation().forEach((name, value) -> settings.put(name + " with background compensation", value));
        }
        return settings;
    }

    /** The numbers that background compensation changes, since nobody set them, by their names in the configuration. */
    public Map<String, String> ownWithCompensation() {
        Map<String, String> own = new TreeMap<>(numbers(true));
        own.entrySet().removeAll(numbers(false).entrySet());
        return own;
    }

    private Map<String, String> numbers(boolean compensated) {
        GenerationConfig generation = config.generation();
        return Map.of(
                "training.batch-size", Integer.toString(config.training().batchSize(compensated)),
                "generation.steps", Integer.toString(generation.steps(compensated)),
                "generation.guidance-scale", Double.toString(generation.guidanceScale(compensated)));
    }
}
