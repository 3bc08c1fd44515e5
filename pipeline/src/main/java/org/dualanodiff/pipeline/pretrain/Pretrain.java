package org.dualanodiff.pipeline.pretrain;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.pretraining.BaseTrainer;
import org.dualanodiff.model.pretraining.DecoderTrainer;
import org.dualanodiff.model.pretraining.Pretraining;
import org.dualanodiff.model.pretraining.PretrainingConfig;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.vae.PatchCodec;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.evaluate.LeakCheck.BaseModelImages;
import org.dualanodiff.pipeline.pretrain.MixedImages.PretrainingCaptions;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * Trains a small base model, from nothing or from another one, and writes it as a model directory. The same settings in
 * the same folder continue where the last run stopped, with the same weights in the end as without the stop: on a CPU
 * exactly, on a GPU up to rounding.
 */
public final class Pretrain {

    private static final int SIDE = ProceduralImage.SIDE;
    private static final int CODEC_IMAGES = 1000;
    private static final double AVERAGING = 0.999;
    private static final int SHEET_OBJECTS = 8;

    private final Settings settings;
    private final Settings.Training training;
    private final int codecImages;
    private final Path work;
    private final OwnImages own;
    private final ProceduralCorpus corpus;

    /**
     * Reads the pictures of one's own.
     *
     * @param hadoop how to reach the data set
     * @throws org.dualanodiff.pipeline.dataset.DatasetException if a folder holds none, or the data set cannot be read
     * @throws UserError if a category of the data set has nothing to train on, or the model would go over its base
     */
    public Pretrain(Settings settings, Configuration hadoop) throws IOException {
        this(settings, hadoop, CODEC_IMAGES);
    }

    /** @param codecImages that the codec of a new model is fitted to */
    Pretrain(Settings settings, Configuration hadoop, int codecImages) throws IOException {
        requireOwnFolder(settings);
        this.settings = settings;
        this.training = settings.training();
        this.codecImages = codecImages;
        this.work = settings.folder().resolve("pretraining");
        this.own = OwnImages.read(settings.own(), hadoop, SIDE, training.seed());
        this.corpus = new ProceduralCorpus(training.seed());
    }

    /** The model is written while its base is read, and a resume needs the base as it was. */
    private static void requireOwnFolder(Settings settings) throws IOException {
        Path out = settings.folder();
        Optional<Path> from = settings.start().filter(Files::exists);
        if (from.isPresent() && Files.exists(out) && Files.isSameFile(out, from.get())) {
            throw new UserError("--out must be another folder than --from, both are " + out);
        }
    }

    /**
     * @throws UserError if the training diverges
     * @throws CheckpointException if the base to continue from is damaged, has another size of image, or is not the one
     *     that an earlier run in the same folder began from
     */
    public Result run(Progress progress) throws IOException {
        Stopwatch watch = Stopwatch.start();
        Files.createDirectories(work);
        ModelDirectory start = start();
        PretrainingConfig config = config(start);
        try (Pretraining trainer = trainer(start, config)) {
            Watcher watcher = new Watcher(trainer, progress, watch);
            int steps = train(trainer, watcher);
            if (watcher.written != steps) {
                write(trainer, steps, progress);
            }
            return new Result(settings.folder().toString(), steps, training.steps(), watch.seconds(), watcher.loss());
        }
    }

    private int train(Pretraining trainer, Watcher watcher) throws IOException {
        try {
            return trainer.train(work.resolve("state.safetensors"), watcher);
        } catch (ArithmeticException e) {
            throw new UserError(e.getMessage(), e);
        }
    }

    private Pretraining trainer(ModelDirectory start, PretrainingConfig config) {
        Optional<Settings.Labelled> labelled = settings.own().labelled();
        MixedImages images = new MixedImages(
                training.seed(),
                own,
                labelled.map(Settings.Labelled::ground).orElse(PartGround.GREY),
                labelled.map(Settings.Labelled::flips).orElse(Flip.among(true, false)));
        return training.decoder()
                ? new DecoderTrainer(start, images, config, settings.compute())
                : new BaseTrainer(start, images, config, settings.compute());
    }

    private ModelDirectory start() throws IOException {
        if (settings.start().isPresent()) {
            ModelDirectory from = ModelDirectory.open(settings.start().get());
            if (from.resolution() != SIDE) {
                throw new CheckpointException(
                        "model directory %s: pretraining works on images of %d x %d, this base on %d"
                                .formatted(from.root(), SIDE, SIDE, from.resolution()));
            }
            return from;
        }
        Path fresh = work.resolve("start-" + origin().shortHex());
        // The index is what is written last.
        if (!Files.isRegularFile(fresh.resolve(ModelDirectory.INDEX))) {
            PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
            for (int i = 0; i < codecImages; i++) {
                fit.add(corpus.image(i).image().signed(), SIDE);
            }
            for (int i = 0; i < own.count(); i++) {
                fit.add(own.pixels(i).signed(), SIDE);
            }
            own.defects().forEach(defect -> fit.add(defect.image().signed(), SIDE));
            RandomModel.writeSmall(fresh, words(), fit.weights(), training.seed());
        }
        return ModelDirectory.open(fresh);
    }

    /** Of all that a start from nothing follows from. */
    private Fingerprint origin() {
        return Fingerprint.of("pretraining-start")
                .integer("seed", training.seed())
                .integer("codec images", codecImages)
                .text("words", String.join(" ", words()))
                .text("own", own.isEmpty() ? "" : own.fingerprint())
                .build();
    }

    private Set<String> words() {
        return PretrainingCaptions.words(
                Stream.of(corpus.objects(), corpus.defects(), own.products(), own.defectNames())
                        .flatMap(List::stream)
                        .toList());
    }

    private PretrainingConfig config(ModelDirectory start) {
        boolean pairs = training.pairs() || start.startingAdapter().isPresent();
        return new PretrainingConfig(
                training.steps(),
                training.batchSize(),
                training.learningRate(),
                pairs ? training.rank() : 0,
                SIDE,
                AVERAGING,
                training.sampleEvery(),
                training.seed());
    }

    private void write(Pretraining trainer, int step, Progress progress) throws IOException {
        trainer.write(
                settings.folder(),
                DType.F16,
                Map.of(
                        "steps", Integer.toString(step),
                        "seed", Long.toString(training.seed()),
                        "made_by", "dualanodiff pretrain"));
        BaseModelImages.write(settings.folder(), known());
        Path sheet = work.resolve(String.format(Locale.ROOT, "step-%06d.png", step));
        List<String> objects = Stream.of(own.products(), corpus.objects())
                .flatMap(names -> names.stream().limit(Math.min(SHEET_OBJECTS, step)))
                .map(UnitKey::spoken)
                .toList();
        List<String> defects = Stream.of(own.defectNames(), corpus.defects())
                .flatMap(List::stream)
                .map(UnitKey::spoken)
                .distinct()
                .toList();
        progress.written(step, sheet);
        new SampleSheet(objects, defects, settings).write(settings.folder(), sheet);
    }

    /** The pictures of one's own that this base has seen, those that the base before it had seen included. */
    private Map<String, String> known() {
        return joined(
                own.hashes(), settings.start().flatMap(BaseModelImages::read).orElse(Map.of()));
    }

    /** Nothing of either is lost where two images have one name. */
    static Map<String, String> joined(Map<String, String> now, Map<String, String> before) {
        Map<String, String> all = new TreeMap<>(now);
        before.forEach((name, hash) -> {
            boolean another = !hash.equals(all.getOrDefault(name, hash));
            all.put(another ? "%s (%.12s)".formatted(name, hash) : name, hash);
        });
        return all;
    }

    /** Reports every step, writes the model at every state, and watches the time. */
    private final class Watcher implements Pretraining.Listener {

        private static final double SMOOTHING = 0.98;

        private final Pretraining trainer;
        private final Progress progress;
        /** Since the beginning: reading, loading and the first step count for the time that was given. */
        private final Stopwatch watch;

        private Stopwatch sinceFirstStep;
        private int first;
        private int written;
        private double smoothed = Double.NaN;

        Watcher(Pretraining trainer, Progress progress, Stopwatch watch) {
            this.trainer = trainer;
            this.progress = progress;
            this.watch = watch;
        }

        @Override
        public void afterStep(int step, int steps, double loss) {
            smoothed = Double.isNaN(smoothed) ? loss : SMOOTHING * smoothed + (1 - SMOOTHING) * loss;
            if (sinceFirstStep == null) {
                sinceFirstStep = Stopwatch.start();
                first = step;
            }
            double rate = step == first ? 1 / watch.seconds() : (step - first) / sinceFirstStep.seconds();
            double left = (steps - step) / rate;
            double budget = training.minutes() > 0 ? 60 * training.minutes() - watch.seconds() : left;
            progress.step(step, steps, smoothed, rate, Math.max(0, Math.min(left, budget)));
        }

        @Override
        public void afterCheckpoint(int step) throws IOException {
            write(trainer, step, progress);
            written = step;
        }

        @Override
        public boolean shouldStop() {
            return training.minutes() > 0 && watch.seconds() >= 60 * training.minutes();
        }

        double loss() {
            return smoothed;
        }
    }

    /**
     * What the {@code pretrain} job is asked for. Folders are paths that hold on the machine that trains.
     *
     * @param out folder of the model; its subfolder {@code pretraining} holds what a resume needs, and the sample sheets
     * @param from model directory to continue from; null: a small model begins from nothing
     */
    public record Settings(String out, String from, Photographs own, Training training, Compute compute)
            implements Serializable {

        /**
         * One's own pictures.
         *
         * @param folders of faultless ones
         * @param crops squares at random places and of random sizes, cut from each faultless one beside the middle one
         * @param data what is learned of a data set, or null
         */
        public record Photographs(List<String> folders, int crops, Labelled data) implements Serializable {

            public Photographs {
                folders = List.copyOf(folders);
            }

            Optional<Labelled> labelled() {
                return Optional.ofNullable(data);
            }
        }

        /**
         * The good images of a data set and those of its defects that are for training, as adapters will see them.
         *
         * @param windows how windows are cut around defects, or null where whole images are learned
         * @param ground of the anomaly parts
         * @param flips the mirror images in which training sees each image
         */
        public record Labelled(DatasetRequest request, DefectCrops.Policy windows, PartGround ground, List<Flip> flips)
                implements Serializable {

            public Labelled {
                flips = List.copyOf(flips);
            }

            Optional<DefectCrops.Policy> crops() {
                return Optional.ofNullable(windows);
            }
        }

        /**
         * @param steps in all
         * @param decoder whether the decoder is trained, and all else of the base stays
         * @param pairs whether both branches are trained on pairs as well
         * @param rank of the starting adapter
         * @param minutes after which to stop early, resumable; 0: none
         * @param sampleEvery steps between two resumable states with their sample sheets
         * @param seed of everything random
         */
        public record Training(
                int steps,
                int batchSize,
                double learningRate,
                boolean decoder,
                boolean pairs,
                int rank,
                double minutes,
                int sampleEvery,
                long seed)
                implements Serializable {

            public Training {
                if (steps < 1 || batchSize < 1 || rank < 1 || sampleEvery < 1) {
                    throw new UserError(
                            "--steps, --batch-size, --rank and --sample-every must be positive, were %d, %d, %d and %d"
                                    .formatted(steps, batchSize, rank, sampleEvery));
                }
            }
        }

        Path folder() {
            return Path.of(out);
        }

        Optional<Path> start() {
            return Optional.ofNullable(from).map(Path::of);
        }

        /** The same on another device, such as the one that a task was given. */
        public Settings on(Compute device) {
            return new Settings(out, from, own, training, device);
        }
    }

    /**
     * What pretraining has come to.
     *
     * @param model the model directory
     * @param steps made so far
     * @param of steps wanted; the same command continues where fewer were made
     * @param seconds of this run
     * @param loss mean of the last steps of this run
     */
    public record Result(String model, int steps, int of, double seconds, double loss) implements Serializable {

        public boolean isComplete() {
            return steps >= of;
        }
    }

    /** Is told of the progress of a pretraining. */
    public interface Progress {

        /** @param rate steps a second so far
         *  @param secondsLeft until the last step or the end of the time given */
        void step(int step, int steps, double loss, double rate, double secondsLeft);

        /** The model was written, and a sheet of its samples is drawn next, which may take minutes. */
        void written(int step, Path sheet);
    }
}
