package org.dualanodiff.pipeline.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets people watch a training: its curve goes to the store twice a minute, and from time to time a sheet of what the
 * adapter draws by then. Nothing of that changes what is learned, and nothing that fails here ends the training.
 */
public final class WatchedTraining {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedTraining.class);
    private static final double PAUSE_SECONDS = 30;

    private final ObjectStore store;
    private final AdapterId adapter;
    private final LongSupplier nanos;
    private TrainingCurve curve;
    private long lastStep;
    private long lastWrite;

    public WatchedTraining(ObjectStore store, AdapterId adapter, int steps) {
        this(store, adapter, steps, System::nanoTime);
    }

    /** @param nanos the clock */
    WatchedTraining(ObjectStore store, AdapterId adapter, int steps, LongSupplier nanos) {
        this.store = store;
        this.adapter = adapter;
        this.nanos = nanos;
        this.curve = TrainingCurve.begin(steps);
        this.lastStep = nanos.getAsLong();
        this.lastWrite = lastStep;
    }

    /** Takes up the curve of an earlier attempt, as far as it led to the checkpoint that this one goes on from. */
    void resume(int step) {
        try {
            Optional<TrainingCurve> found = store.find(StoreLayout.trainingCurve(adapter), TrainingCurve.class);
            int steps = curve.steps();
            curve = found.map(
                            earlier -> new TrainingCurve(steps, earlier.updatedAt(), earlier.points(), earlier.sheets())
                                    .upTo(step))
                    .orElse(curve);
        } catch (StoreException e) {
            LOG.warn("the curve of {} begins at step {}: {}", adapter, step, e.getMessage());
        }
    }

    /**
     * Passes everything on to {@code next}, and notes it.
     *
     * @param preview what draws the sheets, if there are to be any
     */
    TrainingListener of(DualTrainer trainer, Optional<AdapterPreview> preview, TrainingListener next) {
        TrainingListener noted =
                (step, steps, loss) -> made(step, loss, trainer.gradientNorm(), trainer.learningRate());
        TrainingListener drawn = new TrainingListener() {
            private Optional<AdapterPreview> drawing = preview;

            @Override
            public void afterStep(int step, int steps, double loss) {
                if (drawing.isPresent() && drawing.get().isDue(step)) {
                    drawing = drawing.filter(drawn -> draw(step, drawn, trainer));
                }
                goOn();
            }

            @Override
            public void afterCheckpoint(int step, Path state) {
                goOn();
            }
        };
        return noted.then(next).then(drawn);
    }

    /** Notes a step. */
    public void made(int step, double loss, double gradientNorm, double learningRate) {
        long now = nanos.getAsLong();
        curve = curve.with(new TrainingCurve.Point(step, loss, gradientNorm, learningRate, 1, (now - lastStep) / 1e9));
        goOn();
        if ((now - lastWrite) / 1e9 >= PAUSE_SECONDS) {
            write();
        }
    }

    /** What was done between two steps is not part of either. */
    private void goOn() {
        lastStep = nanos.getAsLong();
    }

    /** Whether there may be another one. */
    private boolean draw(int step, AdapterPreview preview, DualTrainer trainer) {
        try {
            store.write(StoreLayout.sheet(adapter, step), preview.png(trainer.adapter(), step));
            curve = curve.withSheet(step);
            write();
            return true;
        } catch (StoreException e) {
            LOG.warn("the sample sheet of {} after step {} is lost: {}", adapter, step, e.getMessage());
            return true;
        } catch (IOException | RuntimeException e) {
            // Above all a device whose memory holds the training and nothing else.
            LOG.warn("{} trains without sample sheets", adapter, e);
            return false;
        }
    }

    /** Writes the curve as it is, at the end for good. */
    public void write() {
        lastWrite = nanos.getAsLong();
        try {
            store.write(StoreLayout.trainingCurve(adapter), Json.record(curve));
        } catch (StoreException e) {
            LOG.warn("the curve of {} is not up to date: {}", adapter, e.getMessage());
        }
    }
}
