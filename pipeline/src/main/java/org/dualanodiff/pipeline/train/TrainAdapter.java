package org.dualanodiff.pipeline.train;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.MemoryNeed;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.files.TemporaryFolder;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.TaskTimes;
import org.dualanodiff.pipeline.background.BackgroundSource;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.report.Readable;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains one adapter and publishes it. A training that was interrupted, on this machine or another, goes on from its
 * last checkpoint in the store and ends with the same weights: on a CPU exactly, on a GPU up to rounding.
 */
public final class TrainAdapter {

    private static final Logger LOG = LoggerFactory.getLogger(TrainAdapter.class);
    private static final int LOSS_POINTS = 200;

    private final ObjectStore store;
    private final DatasetFiles files;

    public TrainAdapter(ObjectStore store, DatasetFiles files) {
        this.store = store;
        this.files = files;
    }

    /**
     * Makes no step where the adapter has been published before, by an earlier attempt or another run.
     *
     * @param listener sees every step
     * @throws IOException if an image cannot be read, or a file cannot be written
     * @throws org.dualanodiff.pipeline.store.StoreException if the store fails
     */
    public TrainResult run(BaseModel base, TrainTask task, TrainingListener listener) throws IOException {
        Stopwatch watch = Stopwatch.start();
        AdapterRegistry registry = new AdapterRegistry(store);
        Optional<PublishedAdapter> standing = registry.find(task.adapter());
        if (standing.isPresent()) {
            LOG.info("{} is there already and not trained again", standing.get().weightsUri());
            Provenance.Training then = standing.get().provenance().training();
            TaskTimes none = new TaskTimes(0, 0, 0, base.deviceName());
            return new TrainResult(
                    task.adapter(), then.steps(), then.steps(), then.finalLoss(), then.seconds(), none, null);
        }
        StoredCheckpoints checkpoints = new StoredCheckpoints(store, task.adapter());
        List<TrainingExample> examples = examples(task);
        // Before the trainer has chosen, what fails is not the size of the batch.
        int pairsAtOnce = Math.max(1, task.training().microBatchSize());
        try (TemporaryFolder folder = TemporaryFolder.create("dualanodiff-train-");
                DualTrainer trainer = new DualTrainer(base, examples, task.prompt(), task.training())) {
            pairsAtOnce = trainer.pairsAtOnce();
            Path state = folder.path().resolve("state.safetensors");
            int resumedFrom = checkpoints.fetchNewest(state, trainer::canResume);
            if (resumedFrom > 0) {
                LOG.info("{} goes on from its checkpoint of step {}", task.adapter(), resumedFrom);
            }
            WatchedTraining watched =
                    new WatchedTraining(store, task.adapter(), task.training().steps());
            if (resumedFrom > 0) {
                watched.resume(resumedFrom);
            }
            Optional<AdapterPreview> preview =
                    Optional.ofNullable(task.preview()).map(policy -> new AdapterPreview(base, task, examples, files));
            double loaded = watch.seconds();
            DualAdapter adapter = trainer.train(
                    state, watched.of(trainer, preview, checkpoints.uploading(listener, task.checkpointMinutes())));
            double trained = watch.seconds();
            watched.write();
            Path weights = folder.path().resolve(AdapterFile.NAME);
            AdapterFile.write(adapter, weights, metadata(task));
            double seconds = watch.seconds();
            registry.publish(weights, provenance(task, trainer.losses().values(), weights, seconds, base));
            checkpoints.delete();
            TaskTimes times = new TaskTimes(loaded, trained - loaded, watch.seconds() - trained, base.deviceName());
            return new TrainResult(
                    task.adapter(), task.training().steps(), resumedFrom, last(trainer), seconds, times, null);
        } catch (OutOfDeviceMemoryException e) {
            throw new OutOfDeviceMemoryException(
                    tooLarge(base.memoryNeed(), base.deviceName(), base.precision(), task, pairsAtOnce, e.getMessage()),
                    e);
        }
    }

    /** @param pairs computed at once */
    static String tooLarge(
            MemoryNeed memory, String device, Precision precision, TrainTask task, int pairs, String failure) {
        TrainingConfig config = task.training();
        long need = memory.training(
                precision, config.resolution(), config.rank(), pairs, config.recompute(), config.compensated());
        List<String> remedies = new ArrayList<>();
        if (pairs > 1) {
            remedies.add("training.micro-batch-size = 1");
        }
        if (!config.recompute()) {
            remedies.add("training.recompute = true");
        }
        if (precision == Precision.FP32) {
            remedies.add("compute.training-precision = bf16");
        }
        remedies.add("a lower resolution");
        return "the memory of %s does not suffice to train %s: %s. %s of %d pixels at once in %s need about %s%s. To need less: %s"
                .formatted(
                        device,
                        task.adapter(),
                        failure,
                        pairs == 1 ? "1 pair" : pairs + " pairs",
                        config.resolution(),
                        precision,
                        Readable.bytes(need),
                        config.recompute() ? " with recomputation" : "",
                        String.join(", then ", remedies));
    }

    private List<TrainingExample> examples(TrainTask task) throws IOException {
        return task.crops() == null ? whole(task) : crops(task);
    }

    private List<TrainingExample> crops(TrainTask task) throws IOException {
        DefectCrops crops = new DefectCrops(task.crops());
        List<TrainingExample> examples = new ArrayList<>();
        for (DefectImage defect : task.set().training()) {
            crops.pairs(defect.name(), defect.openImage(files), defect.openMask(files)).stream()
                    .map(pair ->
                            new TrainingExample(defect.name() + pair.window().fragment(), pair.image(), pair.mask()))
                    .forEach(examples::add);
        }
        return examples;
    }

    /** @throws DatasetException if no image shows its defect at the working resolution */
    private List<TrainingExample> whole(TrainTask task) throws IOException {
        List<String> vanished = new ArrayList<>();
        BackgroundSource.ObjectMasks objects =
                task.background() == null ? null : task.background().open(files);
        List<TrainingExample> examples = new ArrayList<>();
        for (DefectImage defect : task.set().training()) {
            BufferedImage image = defect.openImage(files);
            BufferedImage mask = defect.openMask(files);
            if (DetectorPair.views(image, mask, task.training().resolution()).isEmpty()) {
                vanished.add(defect.name());
            }
            Optional<BufferedImage> object =
                    objects == null ? Optional.empty() : Optional.of(objects.of(defect.imageUri(), image));
            examples.add(new TrainingExample(defect.name(), image, mask, object));
        }
        requireVisible(task, vanished, examples.size());
        return examples;
    }

    /** Images whose defects vanish are learned as if they had none, as by the released code; of all of them that is no training. */
    private static void requireVisible(TrainTask task, List<String> vanished, int images) {
        int side = task.training().resolution();
        String remedy = "set dataset.crop = \"defect\", or a higher resolution";
        if (vanished.size() == images) {
            throw new DatasetException("all defects of %s vanish at %d x %d pixels; %s"
                    .formatted(task.adapter().unit(), side, side, remedy));
        } else if (!vanished.isEmpty()) {
            LOG.warn(
                    "the defects of {} of {} training images of {} vanish at {} x {} pixels, and they train as if they had none: {}; {}",
                    vanished.size(),
                    images,
                    task.adapter().unit(),
                    side,
                    side,
                    vanished,
                    remedy);
        }
    }

    private static Map<String, String> metadata(TrainTask task) {
        return Map.of(
                "category", task.adapter().category(),
                "defect", task.adapter().defect(),
                "fingerprint", task.adapter().fingerprint().hex(),
                "base_model", task.base().sha256());
    }

    private static Provenance provenance(
            TrainTask task, double[] losses, Path weights, double seconds, BaseModel base) {
        Provenance.Training training = new Provenance.Training(
                task.training().seed(),
                losses.length,
                losses[losses.length - 1],
                curve(losses),
                seconds,
                base.deviceName());
        return Provenance.of(task.adapter(), task.base(), data(task), task.settings(), training, weights);
    }

    private static Provenance.TrainingData data(TrainTask task) {
        List<Provenance.TrainingImage> images = task.set().training().stream()
                .map(image -> new Provenance.TrainingImage(image.name(), image.imageSha256(), image.maskSha256()))
                .toList();
        return new Provenance.TrainingData(task.set().fingerprint(), images, task.quarantined());
    }

    private static List<Provenance.LossPoint> curve(double[] losses) {
        int points = Math.min(LOSS_POINTS, losses.length);
        return IntStream.rangeClosed(1, points)
                .map(i -> (int) ((long) losses.length * i / points))
                .mapToObj(step -> new Provenance.LossPoint(step, losses[step - 1]))
                .toList();
    }

    private static double last(DualTrainer trainer) {
        double[] losses = trainer.losses().values();
        return losses[losses.length - 1];
    }

    /**
     * How the training of one adapter went.
     *
     * @param steps optimizer updates in all
     * @param resumedFrom updates that an earlier attempt had made
     * @param seconds of this attempt
     * @param times where they went
     * @param error what went wrong, or null
     */
    public record TrainResult(
            AdapterId adapter,
            int steps,
            int resumedFrom,
            double finalLoss,
            double seconds,
            TaskTimes times,
            String error)
            implements Serializable {

        public static TrainResult failed(AdapterId adapter, double seconds, String error) {
            return new TrainResult(adapter, 0, 0, Double.NaN, seconds, TaskTimes.NONE, error);
        }

        public TrainResult withTimes(TaskTimes all) {
            return new TrainResult(adapter, steps, resumedFrom, finalLoss, seconds, all, error);
        }

        /** Updates made by this attempt. */
        public int stepsMade() {
            return steps - resumedFrom;
        }

        public boolean succeeded() {
            return error == null;
        }
    }

    /**
     * One adapter to be trained, with all that an executor needs to know.
     *
     * @param background where object masks come from, or null without background compensation
     * @param crops how windows are cut around the defects, or null where whole images are learned
     * @param settings what the adapter was planned with, by names of the configuration; for the provenance
     * @param quarantined images of the set that were set aside
     * @param checkpointMinutes after which a checkpoint is made, whatever the steps; 0: by steps alone
     * @param preview when and how sample sheets are drawn, or null for none
     */
    public record TrainTask(
            AdapterId adapter,
            DefectSet set,
            BackgroundSource background,
            DefectCrops.Policy crops,
            Provenance.BaseModel base,
            NestedPrompt prompt,
            TrainingConfig training,
            Map<String, String> settings,
            int quarantined,
            int checkpointMinutes,
            AdapterPreview.Policy preview)
            implements Serializable {}
}
