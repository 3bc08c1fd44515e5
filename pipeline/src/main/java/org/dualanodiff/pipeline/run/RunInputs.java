package org.dualanodiff.pipeline.run;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.base.MemoryNeed;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.sampling.Anchors.Anchoring;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;
import org.dualanodiff.pipeline.background.BackgroundChoice;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.BaseModelSource.Builtin;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.config.DatasetConfig;
import org.dualanodiff.pipeline.config.GenerationConfig;
import org.dualanodiff.pipeline.config.PipelineConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.BackgroundConfig;
import org.dualanodiff.pipeline.config.PipelineConfig.QualityConfig;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.InspectImage;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.generate.AnchorSource;
import org.dualanodiff.pipeline.generate.AnchorSource.CropSource;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.plan.AdapterRecipe;
import org.dualanodiff.pipeline.plan.AdapterRecipe.TrainingSet;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.quality.LearnQuality;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.RunRegistry.GoodImagesBinding;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a run starts from: its settings, and the data set as it was found.
 *
 * @param datasetRoot where the images lie
 * @param backgrounds by category, for those that background compensation is used for
 * @param anchors good images that pairs are made on, or in windows of, by category; none where the model draws the whole
 *     image
 * @param memory what work with the base model needs of a device's memory
 */
public record RunInputs(
        RunSettings settings,
        Dataset dataset,
        String datasetRoot,
        Map<String, BackgroundSource> backgrounds,
        Map<String, AnchorSource> anchors,
        MemoryNeed memory) {

    private static final Logger LOG = LoggerFactory.getLogger(RunInputs.class);

    /** As {@link #read(PipelineConfig, LocalCache, Configuration, Function)}, inspecting images on this machine. */
    public static RunInputs read(PipelineConfig config, LocalCache cache, Configuration hadoop) {
        return read(config, cache, hadoop, InspectImage.Many::here);
    }

    /**
     * Inspects the base model and reads the data set; writes nothing but the builtin ones into the cache.
     *
     * @param inspection how defect images are inspected
     * @throws CheckpointException if the base model is not usable
     * @throws UserError if masks are to be made by a saliency network whose file cannot be read
     * @throws org.dualanodiff.pipeline.dataset.DatasetException if the data set cannot be read at all
     */
    public static RunInputs read(
            PipelineConfig config,
            LocalCache cache,
            Configuration hadoop,
            Function<DatasetFiles, InspectImage.Many> inspection) {
        ModelFiles base = new BaseModelSource(cache, hadoop.getPropsWithPrefix("")).locate(config.baseModel());
        RunSettings settings = RunSettings.of(config, base);
        DatasetRequest request = request(config, cache);
        Dataset dataset = new DatasetReader(hadoop, inspection).read(request);
        DatasetFiles files = DatasetFiles.of(hadoop, request);
        return new RunInputs(
                settings,
                dataset,
                request.root(),
                backgrounds(config, dataset, files),
                new AnchorChoice(config, files).of(dataset),
                MemoryNeed.of(base));
    }

    /**
     * What the configuration wants to be read; writes nothing but the builtin data set into the cache.
     *
     * @throws org.dualanodiff.pipeline.dataset.DatasetException if the list of a split cannot be read
     */
    public static DatasetRequest request(PipelineConfig config, LocalCache cache) {
        DatasetConfig dataset = config.dataset();
        return new DatasetRequest(
                Builtin.dataset(dataset.root(), cache),
                dataset.categories(),
                dataset.defects(),
                split(config),
                DatasetFormat.of(dataset.format()),
                dataset.maskLevel(),
                dataset.bitDepth(),
                dataset.allowOutside());
    }

    /**
     * The data set alone.
     *
     * @throws org.dualanodiff.pipeline.dataset.DatasetException if it cannot be read at all
     */
    public static Dataset dataset(PipelineConfig config, LocalCache cache, Configuration hadoop) {
        return new DatasetReader(hadoop).read(request(config, cache));
    }

    private static Map<String, BackgroundSource> backgrounds(
            PipelineConfig config, Dataset dataset, DatasetFiles files) {
        BackgroundChoice choice = new BackgroundChoice(config.background(), files);
        if (config.dataset().categories().isEmpty()) {
            choice.unknown(dataset.good().stream().map(GoodImages::category).toList())
                    .forEach(complaint -> LOG.warn("{}", complaint));
        }
        return dataset.goodBesideDefects().stream()
                .flatMap(good -> choice.of(good, dataset.training(good.category())).stream())
                .collect(Collectors.toMap(BackgroundSource::category, Function.identity()));
    }

    private static SplitRule split(PipelineConfig config) {
        DatasetConfig dataset = config.dataset();
        return switch (dataset.split()) {
            case "first-third" -> new SplitRule.FirstThird();
            case "list" -> SplitRule.Listed.load(Path.of(dataset.splitFiles()));
            default -> new SplitRule.First(Integer.parseInt(dataset.split()));
        };
    }

    /** What the planner has to know of every set. */
    public List<TrainingSet> trainingSets() {
        return dataset.sets().stream().map(this::trainingSet).toList();
    }

    private TrainingSet trainingSet(DefectSet set) {
        return new TrainingSet(
                set.unit(),
                dataFingerprint(set),
                set.training().size(),
                quarantinedForTraining(set),
                settings.trainingSettings(background(set.category()) != null));
    }

    /** The training images and their object masks by content, and what else of the data shapes the adapter. */
    private String dataFingerprint(DefectSet set) {
        BackgroundSource background = backgrounds.get(set.category());
        return background == null
                ? set.fingerprint()
                : Fingerprint.of("data-with-background")
                        .text("images", set.fingerprint())
                        .text("mode", background.mode().name())
                        .text(
                                "masks",
                                background.maskFingerprint(set.training().stream()
                                        .map(DefectImage::imageUri)
                                        .toList()))
                        .build()
                        .hex();
    }

    /** Where the clean backgrounds of a category come from, or null without background compensation. */
    public BackgroundSource background(String category) {
        return backgrounds.get(category);
    }

    /** The good images that a category's pairs are made on as a whole, or null. */
    private AnchorSource anchors(String category) {
        return settings.crops() == null ? anchors.get(category) : null;
    }

    /** What the pairs of a category are made in windows of, or null where they are whole images. */
    private CropSource crops(String category) {
        DefectCrops.Policy policy = settings.crops();
        GenerationConfig generation = settings.config().generation();
        return policy == null
                ? null
                : new CropSource(policy, generation.placeSpread(), anchors.get(category), generation.anchored());
    }

    /** The real defects that have to be looked at to make pairs of a set. */
    private List<DefectImage> real(DefectSet set) {
        boolean asked = settings.crops() != null
                || anchors.containsKey(set.category())
                        && anchors.get(set.category()).anchoring().startsFromReal();
        return asked ? set.training() : List.of();
    }

    /** Images that were to train the set's adapter and were set aside. */
    private int quarantinedForTraining(DefectSet set) {
        return set.chosenNames().size() - set.training().size();
    }

    /** The adapter of every usable set. */
    public List<AdapterId> adapters() {
        AdapterRecipe recipe = settings.recipe();
        return trainingSets().stream()
                .filter(set -> set.usable() > 0)
                .map(recipe::adapterOf)
                .toList();
    }

    /** The good images that pairs are made on or have their backgrounds from. */
    public List<GoodImagesBinding> goodImages() {
        return dataset.good().stream()
                .filter(good -> anchors.containsKey(good.category()) || backgrounds.containsKey(good.category()))
                .map(good -> GoodImagesBinding.of(
                        good.category(),
                        good.training().stream()
                                .map(image -> named(good.category(), image))
                                .toList()))
                .toList();
    }

    /** With what its object mask is, if somebody made it: one that was corrected makes other pairs. */
    private String named(String category, URI image) {
        Stream<BackgroundSource> masks = Stream.of(
                        Optional.ofNullable(backgrounds.get(category)),
                        Optional.ofNullable(anchors.get(category)).map(AnchorSource::objects))
                .flatMap(Optional::stream);
        return masks.flatMap(source -> source.maskSha256(image).stream())
                .findFirst()
                .map(sum -> GoodImages.name(image) + " " + sum)
                .orElse(GoodImages.name(image));
    }

    public Map<UnitKey, DefectSet> setsByUnit() {
        return dataset.sets().stream().collect(Collectors.toMap(set -> set.unit(), Function.identity()));
    }

    /** How the adapter of a set is trained. */
    public TrainTask trainTask(DefectSet set, AdapterId adapter) {
        BackgroundSource background = background(set.category());
        boolean compensated = background != null;
        return new TrainTask(
                adapter,
                set,
                background,
                settings.crops(),
                settings.base(),
                settings.prompt(set.unit()),
                settings.training(compensated ? background.mode() : BackgroundMode.OFF),
                settings.trainingSettings(compensated),
                quarantinedForTraining(set),
                settings.config().training().checkpointMinutes(),
                settings.preview(compensated));
    }

    /** How missing pairs of a set are made. */
    public GenerateTask generateTask(
            String runId, DefectSet set, GenerateUnit unit, PublishedAdapter adapter, QualityProfile profile) {
        PipelineConfig config = settings.config();
        BackgroundSource background = background(set.category());
        return new GenerateTask(
                runId,
                unit,
                adapter,
                real(set),
                background,
                anchors(set.category()),
                crops(set.category()),
                settings.base(),
                settings.prompt(set.unit()),
                config.prompt().negative(),
                settings.sampling(background != null),
                settings.masks(Optional.ofNullable(profile.levels())),
                new SampleSeries(config.seeds().samples(), set.category(), set.defect()),
                profile,
                config.quality().keepRejectedPixels());
    }

    /** What generated pairs are compared with; empty if nothing has to be known of the real ones. */
    public Optional<LearnQuality.Task> learnTask(DefectSet set) {
        QualityConfig quality = settings.config().quality();
        if (!quality.enabled() && !settings.choosesMaskLevels()) {
            return Optional.empty();
        }
        List<URI> good = dataset.good(set.category()).map(GoodImages::training).orElse(List.of());
        return Optional.of(new LearnQuality.Task(
                set,
                good.subList(0, Math.min(AutomaticObjectMask.LEARNED_FROM, good.size())),
                settings.resolution(),
                settings.crops(),
                settings.config().training().flips(),
                quality.enabled(),
                quality.copyOverlap(),
                quality.limits(),
                settings.choosesMaskLevels() ? settings.groundDistance() : null));
    }

    /** Which good images each category's pairs are made on. */
    static final class AnchorChoice {

        private final PipelineConfig config;
        private final DatasetFiles files;

        AnchorChoice(PipelineConfig config, DatasetFiles files) {
            this.config = config;
            this.files = files;
        }

        /**
         * By category; nothing unless pairs are to be made on good images, or in windows of them.
         *
         * @throws DatasetException naming the categories that have defects and no good image
         */
        Map<String, AnchorSource> of(Dataset dataset) {
            boolean crops = config.dataset().crop().aroundDefects();
            if (!config.generation().anchored() && !crops) {
                return Map.of();
            }
            Map<String, AnchorSource> anchors = dataset.goodBesideDefects().stream()
                    .filter(good -> !good.training().isEmpty())
                    .collect(Collectors.toMap(GoodImages::category, good -> anchors(good, dataset)));
            List<String> without = dataset.sets().stream()
                    .map(DefectSet::category)
                    .distinct()
                    .filter(category -> !anchors.containsKey(category))
                    .toList();
            if (!without.isEmpty()) {
                throw new DatasetException("%s, but there are no images in train/good of %s; set %s"
                        .formatted(
                                crops ? "dataset.crop is defect" : "generation.background is anchored",
                                String.join(", ", without),
                                crops ? "whole" : "generated"));
            }
            return anchors;
        }

        private AnchorSource anchors(GoodImages good, Dataset dataset) {
            BackgroundSource objects = config.generation().place().equals("object") ? objects(good, dataset) : null;
            GenerationConfig generation = config.generation();
            PartGround ground = config.training().partGround();
            return new AnchorSource(
                    good.training(),
                    objects,
                    config.training().flips(),
                    new Anchoring(
                            generation.anchored() ? generation.strength() : 1,
                            generation.anchorFrom(),
                            generation.anchorUntil(),
                            generation.anchorDetail(),
                            ground));
        }

        /**
         * Null where no object mask is to be trusted, as for textures. Crops need those of the defect images, too. Of the
         * good images only the first are looked at, for there may be thousands.
         */
        private BackgroundSource objects(GoodImages good, Dataset dataset) {
            BackgroundConfig background = config.background();
            BackgroundConfig automatic = new BackgroundConfig(
                    "auto", List.of(), List.of(), List.of(), background.objectMasks(), background.scaledLatent());
            boolean crops = config.dataset().crop().aroundDefects();
            List<URI> defects = crops ? dataset.training(good.category()) : List.of();
            return new BackgroundChoice(automatic, files).of(good, defects).orElse(null);
        }
    }
}
