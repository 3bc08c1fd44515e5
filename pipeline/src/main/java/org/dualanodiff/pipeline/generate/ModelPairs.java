package org.dualanodiff.pipeline.generate;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.sampling.Anchors;
import org.dualanodiff.model.sampling.CleanBackgrounds;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.crop.Window;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.generate.AnchorSource.CropSource;
import org.dualanodiff.pipeline.generate.Composition.ComposedPair;
import org.dualanodiff.pipeline.generate.Composition.InGoodCrop;
import org.dualanodiff.pipeline.generate.Composition.WholePicture;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.generate.GenerateSamples.PairSource;
import org.dualanodiff.pipeline.quality.QualityGate;
import org.dualanodiff.pipeline.quality.QualityGate.Verdict;
import org.dualanodiff.pipeline.report.Readable;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.GeneratedSample.MaskSize;
import org.dualanodiff.pipeline.samples.GeneratedSample.Origin;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;

/** Pairs that the model draws. */
public final class ModelPairs implements PairSource {

    /** Under way at the same time: one is sampled, the one before it gets its masks. */
    private static final int BLOCKS = 2;

    private final GenerateTask task;
    private final BaseModel base;
    private final DualSampler sampler;
    private final Optional<CleanBackgrounds> backgrounds;
    private final Composition composition;
    private final QualityGate gate;

    /**
     * @param adapter the task's adapter, folded into {@code base}; owned by the caller
     * @param files of the data set, which good images and real defects are read from
     * @throws IOException if one of them cannot be read
     */
    public ModelPairs(BaseModel base, MergedAdapter adapter, GenerateTask task, DatasetFiles files) throws IOException {
        this.task = task;
        this.base = base;
        this.gate = new QualityGate(task.quality());
        int side = task.sampling().resolution();
        CropSource source = task.crops();
        GoodCrops crops = source == null
                ? null
                : new GoodCrops(
                        source, task.real(), files, BLOCKS * task.sampling().batchSize());
        this.composition = crops == null
                ? new WholePicture(
                        task.anchors() != null && task.anchors().anchoring().isRedrawn())
                : new InGoodCrop(crops, task.series(), source);
        Anchors anchors = task.anchors() != null
                ? task.anchors().open(task.real(), files, side)
                : crops != null && source.anchored() ? crops.anchors() : null;
        try (ConstructionScope parts = ConstructionScope.begin()) {
            this.backgrounds = task.background() == null
                    ? Optional.empty()
                    : Optional.of(task.background().clean(base, files, side));
            this.sampler = new DualSampler(
                    base,
                    adapter,
                    task.prompt(),
                    task.negative(),
                    task.sampling(),
                    backgrounds,
                    Optional.ofNullable(anchors));
            parts.finish();
        } catch (OutOfDeviceMemoryException e) {
            throw new OutOfDeviceMemoryException(tooLarge(e), e);
        }
    }

    @Override
    public Supplier<List<GeneratedSample>> block(long block) {
        Stopwatch watch = Stopwatch.start();
        List<GeneratedPair> pairs = sampled(block);
        long millis = watch.millis() / pairs.size();
        return () -> pairs.stream().map(pair -> sample(pair, millis)).toList();
    }

    private List<GeneratedPair> sampled(long block) {
        try {
            return sampler.sampleBlock(task.series(), block);
        } catch (OutOfDeviceMemoryException e) {
            throw new OutOfDeviceMemoryException(tooLarge(e), e);
        }
    }

    private String tooLarge(OutOfDeviceMemoryException failure) {
        int pairs = task.sampling().batchSize();
        int resolution = task.sampling().resolution();
        long need = base.memoryNeed().generation(base.precision(), resolution, pairs);
        return ("the memory of %s does not suffice to generate %s/%s: %s. %d pairs of %d pixels at once in %s need about %s. To need"
                        + " less, set a lower generation.batch-size, then compute.generation-precision = bf16 or fp16, or a lower"
                        + " resolution")
                .formatted(
                        base.deviceName(),
                        task.unit().unit().category(),
                        task.unit().unit().defect(),
                        failure.getMessage(),
                        pairs,
                        resolution,
                        base.precision(),
                        Readable.bytes(need));
    }

    /** From the two pictures that the model made to the row that users read: mask, statistics, verdict, PNG bytes. */
    private GeneratedSample sample(GeneratedPair pair, long millis) {
        ComposedPair composed = composition.compose(pair, mask(pair));
        Verdict verdict = verdict(composed, pair.finite());
        Origin origin =
                new Origin(task.series().seed(), task.prompt().global(), composed.background(), millis, Instant.now());
        return new GeneratedSample(
                SampleId.of(task.runId(), task.unit().adapter(), pair.index()),
                origin,
                verdict.accepted() || task.keepRejectedPixels() ? composed.pictures() : null,
                MaskSize.of(composed.mask()),
                verdict);
    }

    private Mask mask(GeneratedPair pair) {
        Mask mask = task.masks().of(pair, composition.good(pair));
        float[] place = composition.place(pair);
        return place == null ? mask : Mask.where(mask.width(), mask.height(), i -> mask.set()[i] && place[i] != 0);
    }

    /** Of the window that the model drew: around a small defect, the rest of a large image would hide what is wrong. */
    private Verdict verdict(ComposedPair pair, boolean finite) {
        Window window = pair.judged();
        Mask judged = window.cut(pair.mask());
        return gate.judge(
                window.cutColors(pair.image()),
                window.cutColors(pair.part()),
                judged,
                window.margin(judged, pair.mask().width(), pair.mask().height()),
                finite);
    }

    @Override
    public String device() {
        return base.deviceName();
    }

    @Override
    public void close() {
        sampler.close();
        backgrounds.ifPresent(CleanBackgrounds::close);
    }
}
