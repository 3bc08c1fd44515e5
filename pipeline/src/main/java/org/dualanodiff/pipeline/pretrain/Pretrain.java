package org.dualanodiff.pipeline.pretrain;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.pretraining.BaseTrainer;
import org.dualanodiff.model.pretraining.PretrainingConfig;
import org.dualanodiff.model.pretraining.PretrainingListener;
import org.dualanodiff.model.vae.PatchCodec;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.evaluate.BaseModelImages;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus;
import org.dualanodiff.pipeline.procedural.ProceduralImage;

/**
 * Trains a small base model, from nothing or from another one, and writes it as a model directory. The same settings in
 * the same folder continue where the last run stopped, with the same weights in the end as without the stop.
 */
public final class Pretrain {

    private static final int SIDE = ProceduralImage.SIDE;
    private static final int CODEC_PICTURES = 1000;
    private static final double AVERAGING = 0.999;
    private static final int SHEET_OBJECTS = 8;

    private final PretrainSettings settings;
    private final Path work;
    private final OwnImages own;
    private final ProceduralCorpus corpus;

    /**
     * Reads the pictures of one's own.
     *
     * @throws org.dualanodiff.pipeline.dataset.DatasetException if a folder holds none
     */
    public Pretrain(PretrainSettings settings) throws IOException {
        this.settings = settings;
        this.work = settings.folder().resolve("pretraining");
        this.own = OwnImages.read(settings.pictures(), SIDE, settings.crops(), settings.seed());
        this.corpus = new ProceduralCorpus(settings.seed());
    }

    /**
     * @throws CheckpointException if the base to continue from is damaged, has another size of image, or is not the one
     *     that an earlier run in the same folder began from
     */
    public PretrainResult run(PretrainProgress progress) throws IOException {
        Stopwatch watch = Stopwatch.start();
        Files.createDirectories(work);
        ModelDirectory start = start();
        PretrainingConfig config = config(start);
        try (BaseTrainer trainer =
                new BaseTrainer(start, new MixedPictures(settings.seed(), own), config, settings.compute())) {
            Watcher watcher = new Watcher(trainer, progress, watch);
            int steps = trainer.train(work.resolve("state.safetensors"), watcher);
            if (watcher.written != steps) {
                write(trainer, steps, progress);
            }
            return new PretrainResult(
                    settings.folder().toString(), steps, settings.steps(), watch.seconds(), watcher.loss());
        }
    }

    private ModelDirectory start() throws IOException {
        if (settings.start().isPresent()) {
            ModelDirectory from = ModelDirectory.open(settings.start().get());
            int side = from.unetConfig().sampleSize() * from.vaeConfig().downsamplingFactor();
            if (side != SIDE) {
                throw new CheckpointException(
                        "model directory %s: pretraining works on images of %d x %d, this base on %d"
                                .formatted(from.root(), SIDE, SIDE, side));
            }
            return from;
        }
        Path fresh = work.resolve("start");
        if (!Files.isDirectory(fresh)) {
            PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
            for (int i = 0; i < CODEC_PICTURES; i++) {
                fit.add(corpus.image(i).image().signed(), SIDE);
            }
            for (int i = 0; i < own.count(); i++) {
                fit.add(own.pixels(i).signed(), SIDE);
            }
            RandomModel.writeSmall(fresh, words(), fit.weights(), settings.seed());
        }
        return ModelDirectory.open(fresh);
    }

    private Set<String> words() {
        return Captions.words(Stream.of(corpus.objects(), corpus.defects(), own.products())
                .flatMap(List::stream)
                .toList());
    }

    private PretrainingConfig config(ModelDirectory start) {
        boolean pairs = settings.pairs() || start.startingAdapter().isPresent();
        return new PretrainingConfig(
                settings.steps(),
                settings.batchSize(),
                settings.learningRate(),
                pairs ? settings.rank() : 0,
                SIDE,
                AVERAGING,
                settings.sampleEvery(),
                settings.seed());
    }

    private void write(BaseTrainer trainer, int step, PretrainProgress progress) throws IOException {
        trainer.write(
                settings.folder(),
                DType.F16,
                Map.of(
                        "steps", Integer.toString(step),
                        "seed", Long.toString(settings.seed()),
                        "made_by", "dualanodiff pretrain"));
        BaseModelImages.write(settings.folder(), known());
        Path sheet = work.resolve(String.format(Locale.ROOT, "step-%06d.png", step));
        List<String> objects = new ArrayList<>(own.products());
        corpus.objects().stream().limit(SHEET_OBJECTS).forEach(objects::add);
        new SampleSheet(objects, corpus.defects(), settings).write(settings.folder(), sheet);
        progress.sheet(step, sheet);
    }

    /** The pictures of one's own that this base has seen, those that the base before it had seen included. */
    private Map<String, String> known() {
        Map<String, String> hashes = new TreeMap<>(own.hashes());
        settings.start().flatMap(BaseModelImages::read).ifPresent(hashes::putAll);
        return hashes;
    }

    /** Tells of every step, writes the model at every state, and minds the clock. */
    private final class Watcher implements PretrainingListener {

        private static final double SMOOTHING = 0.98;

        private final BaseTrainer trainer;
        private final PretrainProgress progress;
        private final Stopwatch watch;
        private int first;
        private int written;
        private double smoothed = Double.NaN;

        Watcher(BaseTrainer trainer, PretrainProgress progress, Stopwatch watch) {
            this.trainer = trainer;
            this.progress = progress;
            this.watch = watch;
        }

        @Override
        public void afterStep(int step, int steps, double loss) {
            first = first == 0 ? step : first;
            smoothed = Double.isNaN(smoothed) ? loss : SMOOTHING * smoothed + (1 - SMOOTHING) * loss;
            double rate = (step - first + 1) / watch.seconds();
            double left = (steps - step) / rate;
            double budget = settings.minutes() > 0 ? 60 * settings.minutes() - watch.seconds() : left;
            progress.step(step, steps, smoothed, rate, Math.max(0, Math.min(left, budget)));
        }

        @Override
        public void afterCheckpoint(int step) throws IOException {
            write(trainer, step, progress);
            written = step;
        }

        @Override
        public boolean shouldStop() {
            return settings.minutes() > 0 && watch.seconds() >= 60 * settings.minutes();
        }

        double loss() {
            return smoothed;
        }
    }
}
