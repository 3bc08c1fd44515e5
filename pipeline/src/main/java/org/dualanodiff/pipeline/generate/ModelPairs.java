package org.dualanodiff.pipeline.generate;

import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.sampling.CleanBackgrounds;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.GeneratedPair;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.generate.AnchorSource.CropSource;
import org.dualanodiff.pipeline.generate.Composition.WholePicture;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.generate.GenerateSamples.PairSource;
import org.dualanodiff.pipeline.report.Readable;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/** Pairs that the model draws. */
public final class ModelPairs implements PairSource {

    /** Under way at the same time: one is sampled, the one before it gets its masks. */
    private static final int BLOCKS = 2;

    private final GenerateTask task;
    private final DatasetFiles files;
    private final BaseModel base;
    private final MergedAdapter adapter;
    private final DualSampler sampler;
    /** Null without background compensation. */
    private final CleanBackgrounds backgrounds;
    private final PairAssembly assembly;

    /**
     * @param adapter the task's adapter, folded into {@code base}; owned by the caller
     * @param files of the data set, which clean backgrounds are read from
     * @throws IOException if one of them cannot be read
     */
    public ModelPairs(BaseModel base, MergedAdapter adapter, GenerateTask task, DatasetFiles files) throws IOException {
        this.task = task;
        this.files = files;
        this.base = base;
        this.adapter = adapter;
        this.sampler = sampler();
        try {
            this.backgrounds = task.background() == null
                    ? null
                    : task.background().clean(base, files, task.sampling().resolution());
            this.assembly = new PairAssembly(task, prepared());
        } catch (OutOfDeviceMemoryException e) {
            close();
            throw new OutOfDeviceMemoryException(tooLarge(e), e);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private DualSampler sampler() {
        try {
            return new DualSampler(base, adapter, task.prompt(), task.negative(), task.sampling());
        } catch (OutOfDeviceMemoryException e) {
            throw new OutOfDeviceMemoryException(tooLarge(e), e);
        }
    }

    private Composition prepared() throws IOException {
        if (backgrounds != null) {
            sampler.over(backgrounds);
        }
        if (task.anchors() != null) {
            sampler.on(
                    task.anchors().open(files, task.sampling().resolution()),
                    task.anchors().anchoring());
        }
        return composition();
    }

    /** Where pairs are made in windows of good images, these are the sampler's anchors if there are to be any. */
    private Composition composition() throws IOException {
        CropSource source = task.crops();
        if (source == null) {
            return new WholePicture();
        }
        GoodCrops crops = new GoodCrops(source, files, BLOCKS * task.sampling().batchSize());
        if (source.anchored()) {
            sampler.on(crops.anchors(), source.good().anchoring());
        }
        return new InGoodCrop(crops, series(), source);
    }

    @Override
    public Supplier<List<GeneratedSample>> block(long block) {
        Stopwatch watch = Stopwatch.start();
        List<GeneratedPair> pairs = sampled(block);
        long millis = watch.millis() / pairs.size();
        return () -> pairs.stream().map(pair -> assembly.assemble(pair, millis)).toList();
    }

    private List<GeneratedPair> sampled(long block) {
        try {
            return sampler.sampleBlock(series(), block);
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

    private SampleSeries series() {
        return new SampleSeries(
                task.seed(), task.unit().unit().category(), task.unit().unit().defect());
    }

    @Override
    public String device() {
        return base.deviceName();
    }

    @Override
    public void close() {
        sampler.close();
        if (backgrounds != null) {
            backgrounds.close();
        }
    }
}
