package org.dualanodiff.pipeline.train;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.sampling.CleanBackgrounds;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.DualSampler.GeneratedPair;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.dualanodiff.pipeline.quality.MaskLevels;
import org.dualanodiff.pipeline.report.ContactSheet;
import org.dualanodiff.pipeline.report.PairGroup;
import org.dualanodiff.pipeline.report.PairThumbnail;
import org.dualanodiff.pipeline.report.Readable;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;

/**
 * Draws sample sheets of an adapter that is being trained: a few pairs as the model draws them freely, always from the same
 * noise, below real ones as training sees them.
 */
public final class AdapterPreview {

    private static final int ACROSS = 2;
    /** Pixels of a picture's longer side: sheets of an adapter are all of one size, a third of a megabyte. */
    private static final int CELL = 96;

    private static final long MOST_BYTES = 2_000_000;

    private final BaseModel base;
    private final TrainTask task;
    private final DatasetFiles files;
    private final List<TrainingPair> real;
    private final MaskExtractor mask;

    AdapterPreview(BaseModel base, TrainTask task, List<TrainingExample> examples, DatasetFiles files) {
        this.base = base;
        this.task = task;
        this.files = files;
        this.real = examples.stream()
                .limit(policy().sampling().batchSize())
                .flatMap(example ->
                        TrainingPair.views(
                                        example.image(),
                                        example.mask(),
                                        task.training().resolution())
                                .stream()
                                .limit(1))
                .toList();
        this.mask = policy().mask(real);
    }

    private Policy policy() {
        return task.preview();
    }

    boolean isDue(int step) {
        return step % policy().every() == 0;
    }

    /** @throws IOException if a clean background can no longer be read */
    byte[] png(DualAdapter adapter, int step) throws IOException {
        List<PairThumbnail> drawn = drawn(adapter).stream()
                .map(pair -> PairThumbnail.of(
                        "",
                        pair.image(),
                        pair.anomaly(),
                        mask.extract(pair.part()).buffered(),
                        CELL))
                .toList();
        List<PairThumbnail> seen = real.stream()
                .map(pair -> PairThumbnail.of("", pair.image(), pair.mask(), CELL))
                .toList();
        List<PairGroup> groups = new ArrayList<>();
        groups.add(new PairGroup("real", seen));
        groups.add(new PairGroup("drawn after step " + Readable.count(step), drawn));
        return ContactSheet.png(groups, ACROSS, MOST_BYTES);
    }

    private List<GeneratedPair> drawn(DualAdapter adapter) throws IOException {
        SampleSeries series = new SampleSeries(
                task.training().seed(),
                task.adapter().category(),
                task.adapter().defect());
        try (MergedAdapter merged = new MergedAdapter(base, adapter);
                CleanBackgrounds clean = task.background() == null
                        ? null
                        : task.background().clean(base, files, task.training().resolution());
                DualSampler sampler = new DualSampler(
                        base,
                        merged,
                        task.prompt(),
                        policy().negative(),
                        policy().sampling(),
                        Optional.ofNullable(clean),
                        Optional.empty())) {
            return sampler.sampleBlock(series, 0);
        }
    }

    /**
     * When and how sheets are drawn.
     *
     * @param every steps between two sheets
     * @param negative prompt of the unconditional half
     * @param sampling of the pairs, which are one block
     * @param extractor how masks are made of them
     * @param choosesLevels whether the extractor's levels are those that suit the real pairs
     */
    public record Policy(
            int every, String negative, SamplingConfig sampling, MaskExtractor extractor, boolean choosesLevels)
            implements Serializable {

        private MaskExtractor mask(List<TrainingPair> pairs) {
            return choosesLevels && extractor instanceof GroundDistanceMask ground && !pairs.isEmpty()
                    ? MaskLevels.choose(pairs, ground).in(ground)
                    : extractor;
        }
    }
}
