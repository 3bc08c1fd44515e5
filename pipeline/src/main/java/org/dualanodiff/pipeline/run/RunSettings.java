package org.dualanodiff.pipeline.run;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.dualanodiff.model.dual.Ablation;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.AttentionMask;
import org.dualanodiff.model.mask.EdgeRefinement;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.mask.SaliencyMask;
import org.dualanodiff.model.mask.VisibleChange;
import org.dualanodiff.model.sampling.GuidanceInterval;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.pipeline.Placeholders;
import org.dualanodiff.pipeline.config.AdapterTrainingConfig;
import org.dualanodiff.pipeline.config.DatasetConfig;
import org.dualanodiff.pipeline.config.GenerationConfig;
import org.dualanodiff.pipeline.config.MaskConfig;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.QualityConfig;
import org.dualanodiff.pipeline.crop.CropPolicy;
import org.dualanodiff.pipeline.plan.AdapterRecipe;
import org.dualanodiff.pipeline.plan.SampleTarget;
import org.dualanodiff.pipeline.quality.MaskLevels;
import org.dualanodiff.pipeline.store.Provenance;

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

    /** The prompts of one defect of one product: names take the places that the settings leave for them. */
    public NestedPrompt prompt(String category, String defect) {
        return new NestedPrompt(
                named(config.prompt().global(), category, defect),
                named(config.prompt().anomaly(), category, defect));
    }

    private static String named(String prompt, String category, String defect) {
        return Placeholders.fill(
                prompt,
                PLACEHOLDER,
                Map.of("category", category.replace('_', ' '), "defect", defect.replace('_', ' ')));
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
                training.learningRate(),
                training.schedule().equals("cosine"),
                training.defectWeight().orElse(0),
                training.partGround(),
                training.weightDecay(),
                training.maxGradientNorm(),
                training.rank(),
                warmStart,
                background,
                training.ablation(),
                resolution,
                training.flips().horizontal(),
                training.flips().vertical(),
                training.checkpointEvery(),
                config.seed());
    }

    /** The mirror images that training sees. */
    public List<Flip> flips() {
        AdapterTrainingConfig.Flips flips = config.training().flips();
        return Arrays.stream(Flip.values())
                .filter(flip -> flips.horizontal() || !flip.horizontal())
                .filter(flip -> flips.vertical() || !flip.vertical())
                .toList();
    }

    /** @param compensated whether the unit's adapter has background compensation */
    public SamplingConfig sampling(boolean compensated) {
        GenerationConfig generation = config.generation();
        return new SamplingConfig(
                method(generation),
                generation.steps(compensated),
                generation.guidanceScale(compensated),
                new GuidanceInterval(
                        generation.guidanceInterval().from(),
                        generation.guidanceInterval().to()),
                generation.deepCacheInterval(),
                generation.batchSize(),
                resolution,
                config.mask().method().equals("attention"));
    }

    private static SamplingConfig.Method method(GenerationConfig generation) {
        return switch (generation.sampler()) {
            case PNDM -> SamplingConfig.Method.PNDM;
            case DDIM -> SamplingConfig.Method.DDIM;
            case DPM_SOLVER -> new SamplingConfig.DpmSolver(generation.karrasSigmas(), generation.finalSigmaZero());
        };
    }

    /** @param levels those chosen for the defect; empty unless {@link #choosesMaskLevels} */
    public MaskExtractor mask(Optional<MaskLevels> levels) {
        MaskConfig mask = config.mask();
        return switch (mask.method()) {
            case "attention" -> new AttentionMask(mask.threshold(), maskCleanup());
            case "saliency" ->
                new SaliencyMask(mask.saliencyModel(), mask.saliencySize(), mask.threshold(), maskCleanup());
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
        MaskConfig mask = config.mask();
        MaskCleanup given = new MaskCleanup(
                mask.openingRadius(), mask.closingRadius(), mask.minArea(), mask.minShare(), mask.maxHoleArea());
        return given.at(resolution);
    }

    /** What moves the masks' outlines; null for nothing. */
    public EdgeRefinement refinement() {
        MaskConfig mask = config.mask();
        return mask.refineRadius() == 0
                ? null
                : new EdgeRefinement(mask.refineRadius(), mask.refineEpsilon(), maskCleanup());
    }

    /** What is left of the masks of anchored pairs; null for all of it. */
    public VisibleChange change() {
        double levels = config.mask().minChange();
        return levels == 0 ? null : new VisibleChange(levels, maskCleanup());
    }

    public SampleTarget target() {
        GenerationConfig generation = config.generation();
        double attempts = Math.ceil(config.quality().maxAttempts() * generation.samplesPerDefect());
        return new SampleTarget(generation.samplesPerDefect(), generation.batchSize(), generation.pairsPerTask(), (int)
                Math.min(attempts, Integer.MAX_VALUE / 2));
    }

    /** What shapes an adapter, besides its images and what its set has settings of its own for. */
    public AdapterRecipe recipe() {
        return new AdapterRecipe(
                base.sha256(),
                trainingSettings(false),
                config.prompt().global() + "\n" + config.prompt().anomaly(),
                resolution,
                config.seed());
    }

    /** The settings that change an adapter's weights, by their names in the configuration. */
    public Map<String, String> trainingSettings(boolean compensated) {
        Map<String, String> settings = new TreeMap<>(cropSettings());
        settings.putAll(adapterSettings(compensated));
        return settings;
    }

    /** None for whole images: adapters that were trained before there were crops keep their names. */
    private Map<String, String> cropSettings() {
        DatasetConfig.Crop crop = config.dataset().crop();
        return crop.aroundDefects()
                ? Map.of(
                        "dataset.crop", crop.mode(),
                        "dataset.crop-margin", Double.toString(crop.margin()),
                        "dataset.crop-jitter", Double.toString(crop.jitter()),
                        "dataset.crops-per-image", Integer.toString(crop.perImage()))
                : Map.of();
    }

    /** How windows are cut around defects; null where whole images are learned. */
    public CropPolicy crops() {
        DatasetConfig.Crop crop = config.dataset().crop();
        return crop.aroundDefects()
                ? new CropPolicy(resolution, crop.margin(), crop.jitter(), crop.perImage(), config.seed())
                : null;
    }

    private Map<String, String> adapterSettings(boolean compensated) {
        AdapterTrainingConfig training = config.training();
        Map<String, String> settings = new TreeMap<>(Map.ofEntries(
                Map.entry("training.defect-weight", training.defectWeight().setting()),
                Map.entry("training.init", warmStart ? "warm" : "cold"),
                Map.entry("training.steps", Integer.toString(training.steps())),
                Map.entry("training.batch-size", Integer.toString(training.batchSize(compensated))),
                Map.entry("training.schedule", training.schedule()),
                Map.entry("training.learning-rate", Double.toString(training.learningRate())),
                Map.entry("training.weight-decay", Double.toString(training.weightDecay())),
                Map.entry("training.max-gradient-norm", Double.toString(training.maxGradientNorm())),
                Map.entry("training.rank", Integer.toString(training.rank())),
                Map.entry(
                        "training.flips.horizontal",
                        Boolean.toString(training.flips().horizontal())),
                Map.entry(
                        "training.flips.vertical",
                        Boolean.toString(training.flips().vertical()))));
        // Adapters have kept their names since before there was this setting.
        if (!training.partGround().equals(PartGround.GREY)) {
            settings.put("training.part-ground", training.partGround().toString());
        }
        // Adapters of the whole method have kept their names since before there were ablations.
        if (!training.ablation().equals(Ablation.NONE)) {
            settings.put("training.ablation", training.ablation().toString());
        }
        return settings;
    }

    /** Everything that changes a sample's pixels or verdict, by its name in the configuration; not how many there are to be. */
    public Map<String, String> all() {
        Map<String, String> settings = new TreeMap<>(trainingSettings(false));
        settings.putAll(compensatedSettings());
        settings.putAll(Map.of(
                "base-model", base.sha256(),
                "resolution", Integer.toString(resolution),
                "prompt.global", config.prompt().global(),
                "prompt.anomaly", config.prompt().anomaly(),
                "prompt.negative", config.prompt().negative(),
                "seed", Long.toString(config.seed())));
        settings.put("compute.precision", config.compute().forGeneration());
        // Runs have kept their names since before training could have a precision of its own.
        if (!config.compute().trainingPrecision().equals("auto")) {
            settings.put("compute.training-precision", config.compute().trainingPrecision());
        }
        settings.putAll(generationSettings());
        settings.putAll(maskSettings());
        settings.putAll(qualitySettings());
        return settings;
    }

    /**
     * What holds with background compensation where something else does without: the released code's own numbers, for those that
     * nobody set. None for runs in which there is no compensation, which have kept their names since before there was this.
     */
    private Map<String, String> compensatedSettings() {
        Map<String, String> settings = new TreeMap<>();
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
        return new TreeMap<>(Map.of(
                "training.batch-size", Integer.toString(config.training().batchSize(compensated)),
                "generation.steps", Integer.toString(generation.steps(compensated)),
                "generation.guidance-scale", Double.toString(generation.guidanceScale(compensated))));
    }

    /** What changes a verdict; neither how many pairs are tried, nor what is kept of the rejected. */
    private Map<String, String> qualitySettings() {
        QualityConfig quality = config.quality();
        if (!quality.enabled()) {
            return Map.of("quality.enabled", "false");
        }
        Map<String, String> settings = new TreeMap<>(Map.of("quality.enabled", "true"));
        settings.put("quality.copy-overlap", Double.toString(quality.copyOverlap()));
        quality.limits().forEach((name, limit) -> settings.put("quality." + name, limit.setting()));
        return settings;
    }

    private Map<String, String> generationSettings() {
        GenerationConfig generation = config.generation();
        GenerationConfig.Interval interval = generation.guidanceInterval();
        Map<String, String> settings = new TreeMap<>(Map.of(
                "generation.background", generation.background(),
                "generation.sampler", generation.sampler().setting(),
                "generation.karras-sigmas", Boolean.toString(generation.karrasSigmas()),
                "generation.final-sigma-zero", Boolean.toString(generation.finalSigmaZero()),
                "generation.steps", Integer.toString(generation.steps(false)),
                "generation.guidance-scale", Double.toString(generation.guidanceScale(false)),
                "generation.guidance-interval", "[%s, %s]".formatted(interval.from(), interval.to()),
                "generation.batch-size", Integer.toString(generation.batchSize())));
        // Runs have kept their names since before there was this setting.
        if (generation.deepCacheInterval() > 1) {
            settings.put("generation.deep-cache-interval", Integer.toString(generation.deepCacheInterval()));
        }
        // Runs have kept their names since before samples could have a seed of their own.
        if (generation.seed() != config.seed()) {
            settings.put("generation.seed", Long.toString(generation.seed()));
        }
        if (generation.anchored() || config.dataset().crop().aroundDefects()) {
            settings.put("generation.place", generation.place());
            // Runs without such masks have kept their names since before these were looked at.
            String masks = config.background().objectMasks();
            if (generation.place().equals("object") && !masks.isBlank()) {
                settings.put("background.object-masks", masks);
            }
        }
        if (generation.anchored()) {
            settings.put("generation.anchor-from", Double.toString(generation.anchorFrom()));
        }
        // Runs have kept their names since before there was this setting.
        if (generation.anchored() && generation.anchorDetail()) {
            settings.put("generation.anchor-detail", "true");
        }
        return settings;
    }

    private Map<String, String> maskSettings() {
        MaskConfig mask = config.mask();
        Map<String, String> settings = new TreeMap<>(Map.of(
                "mask.method", mask.method(),
                "mask.opening-radius", Integer.toString(mask.openingRadius()),
                "mask.closing-radius", Integer.toString(mask.closingRadius()),
                "mask.min-area", Integer.toString(mask.minArea()),
                "mask.max-hole-area", Integer.toString(mask.maxHoleArea()),
                "mask.refine-radius", Integer.toString(mask.refineRadius())));
        // Other runs than those at the reference have changed with the meaning of their radii and areas, and so have
        // their names.
        if (resolution != MaskCleanup.REFERENCE_SIDE) {
            settings.put("mask.reference-side", Integer.toString(MaskCleanup.REFERENCE_SIDE));
        }
        // Runs have kept their names since before there were these settings.
        if (mask.minChange() > 0) {
            settings.put("mask.min-change", Double.toString(mask.minChange()));
        }
        if (mask.minShare() > 0) {
            settings.put("mask.min-share", Double.toString(mask.minShare()));
        }
        if (mask.refineRadius() > 0) {
            settings.put("mask.refine-epsilon", Double.toString(mask.refineEpsilon()));
        }
        switch (mask.method()) {
            case "attention" -> settings.put("mask.threshold", Double.toString(mask.threshold()));
            case "saliency" ->
                settings.putAll(Map.of(
                        "mask.threshold", Double.toString(mask.threshold()),
                        "mask.saliency-model", saliencyModel.orElseThrow(),
                        "mask.saliency-size", Integer.toString(mask.saliencySize())));
            default ->
                settings.putAll(Map.of(
                        "mask.low",
                        mask.low().setting(),
                        "mask.high",
                        mask.high().setting()));
        }
        return settings;
    }
}
