package org.dualanodiff.model.pretraining;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundFeatures;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualUNet;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.pretraining.TrainedWeights.TrainedModelWriter;
import org.dualanodiff.model.text.ClipTextEncoder;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.unet.UNet;

/**
 * Trains U-Net and text encoder of a base model on captioned pictures; its autoencoder stays. With pairs, every second
 * step runs both branches of an image and its anomaly part with a starting adapter, which is trained beside the base:
 * LoRA and SAIM of new adapters can start from it (an extension of the paper, where they start from nothing).
 *
 * <p>Weights are kept in fp32 and cast to the precision of the computation again at every step. What counts in the end is
 * their moving average.
 */
public final class BaseTrainer implements Pretraining {

    private final ModelDirectory start;
    private final PretrainingConfig config;
    private final PretrainingImages images;
    private final BaseModel base;
    private final TrainedWeights unet;
    private final TrainedWeights text;
    private final Optional<StartingAdapter> pair;
    private final AdamW optimizer;
    private final PretrainingState state;

    /**
     * @param start where the training begins
     * @param compute its precision is that of the U-Net's activations
     * @throws CheckpointException if {@code start} is damaged, or its starting adapter cannot be trained on
     */
    public BaseTrainer(ModelDirectory start, PretrainingImages images, PretrainingConfig config, Compute compute) {
        this.start = start;
        this.config = config;
        this.images = images;
        if (config.pairs()) {
            StartingAdapter.requireContinuable(start, config);
        }
        base = BaseModel.load(start, compute);
        try (ConstructionScope made = ConstructionScope.begin()) {
            unet = TrainedWeights.of(start.unetWeights(), start.unetConfig().parameters(), base.device());
            text = TrainedWeights.of(start.textWeights(), start.textConfig().parameters(), base.device());
            pair = config.pairs() ? Optional.of(StartingAdapter.of(start, base, config)) : Optional.empty();
            optimizer = new AdamW(baseParameters(), config.optimizer());
            Map<String, PretrainingState.Part> parts = new LinkedHashMap<>();
            parts.put("base", new PretrainingState.Part(List.of(unet, text), optimizer));
            pair.ifPresent(adapter ->
                    parts.put("pair", new PretrainingState.Part(List.of(adapter.weights()), adapter.optimizer())));
            state = new PretrainingState(config, start.fingerprint(), images, parts);
            made.finish();
        } catch (RuntimeException | Error e) {
            base.close();
            throw e;
        }
    }

    private List<NDArray> baseParameters() {
        return concatenated(unet.trained(), text.trained());
    }

    private static List<NDArray> concatenated(List<NDArray> first, List<NDArray> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }

    @Override
    public long parameters() {
        return unet.count()
                + text.count()
                + pair.map(adapter -> adapter.weights().count()).orElse(0L);
    }

    @Override
    public int train(Path checkpoint, Listener listener) throws IOException {
        return state.train(checkpoint, this::batch, this::step, listener);
    }

    private PretrainingBatch batch(int step) {
        return PretrainingBatch.of(step, images, config, base.schedule().length(), latentNumbers());
    }

    private int latentNumbers() {
        int side = latentSide();
        return base.unet().config().inChannels() * side * side;
    }

    private int latentSide() {
        return config.resolution() / base.autoencoder().factor();
    }

    private double step(int step, PretrainingBatch batch) {
        try (GradientMode recording = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            NDArray loss = loss(batch);
            return PretrainingState.lossOf(loss, update(step, loss, batch.pairs()));
        }
    }

    /** @return the gradients' norm; of two optimizers the sum */
    private NDArray update(int step, NDArray loss, boolean pairs) {
        List<NDArray> parameters = baseParameters();
        double rate = config.learningRate(step);
        double averaging = config.averaging(step);
        NDArray norm;
        if (pairs) {
            StartingAdapter adapter = pair.orElseThrow();
            List<NDArray> own = adapter.weights().trained();
            List<NDArray> gradients = Operators.gradients(loss, concatenated(parameters, own));
            norm = Operators.add(
                    optimizer.update(gradients.subList(0, parameters.size()), rate),
                    adapter.optimizer().update(gradients.subList(parameters.size(), gradients.size()), rate));
            adapter.weights().updateAverage(averaging);
        } else {
            norm = optimizer.update(Operators.gradients(loss, parameters), rate);
        }
        unet.updateAverage(averaging);
        text.updateAverage(averaging);
        return norm;
    }

    private NDArray loss(PretrainingBatch batch) {
        int side = latentSide();
        int[] rows = batch.rowTimesteps();
        NDArray clean = latents(batch);
        NDArray noise = Tensors.of(
                batch.noise(), base.device(), rows.length, base.unet().config().inChannels(), side, side);
        NDArray noisy = base.schedule().addNoise(clean, noise, rows);
        NDArray timesteps = Tensors.of(Arrays.stream(rows).asLongStream().toArray(), base.device(), rows.length);
        NDArray prediction = predict(noisy, timesteps, base.tokens(batch.captions()), batch.pairs());
        NDArray weights = Tensors.of(
                batch.weights(config.resolution(), base.autoencoder().factor(), images.ground()),
                base.device(),
                rows.length,
                1,
                side,
                side);
        return Operators.weightedSquaredError(prediction, base.schedule().target(clean, noise, rows), weights);
    }

    /** The autoencoder's mean: of its variance, which is small, nothing is drawn. */
    private NDArray latents(PretrainingBatch batch) {
        return base.autoencoder().meanLatents(Tensors.pictures(batch.pictures(), base.device(), config.resolution()));
    }

    private NDArray predict(NDArray noisy, NDArray timesteps, NDArray tokens, boolean pairs) {
        Precision precision = base.precision();
        UNet network = UNet.load(base.unet().config(), Weights.of(unet.current(), base.device(), precision));
        ClipTextEncoder encoder = ClipTextEncoder.load(
                base.textEncoder().config(), Weights.of(text.current(), base.device(), Precision.FP32));
        if (!pairs) {
            NDArray states = encoder.forward(tokens, ClipTextEncoder.ProjectionAdapter.NONE);
            return network.forward(noisy, timesteps, states, AttentionProcessor.PLAIN);
        }
        DualAdapter adapter = pair.orElseThrow().adapter();
        NDArray states = encoder.forward(tokens, adapter.text());
        return new DualUNet(network, adapter).forward(noisy, timesteps, states, BackgroundFeatures.NONE);
    }

    /** With the starting adapter if there is one. */
    @Override
    public void write(Path folder, DType dtype, Map<String, String> metadata) throws IOException {
        new TrainedModelWriter(start, folder, dtype, metadata)
                .writeBase(unet, text, pair.map(StartingAdapter::weights));
    }

    @Override
    public void close() {
        optimizer.close();
        unet.close();
        text.close();
        pair.ifPresent(StartingAdapter::close);
        base.close();
    }

    /**
     * The adapter that is trained on pairs of many products, so that those of single defects can start from it.
     *
     * @param adapter sees the tensors of {@code weights}
     */
    record StartingAdapter(TrainedWeights weights, DualAdapter adapter, AdamW optimizer) implements AutoCloseable {

        /**
         * Looks at the header of the adapter that the base model has, if it has one, before anything is loaded.
         *
         * @throws CheckpointException if it has another rank, or background compensation
         */
        static void requireContinuable(ModelDirectory model, PretrainingConfig config) {
            model.startingAdapter().ifPresent(file -> {
                int rank = AdapterFile.rank(file);
                if (rank != config.pairRank()) {
                    throw new CheckpointException("file %s: the starting adapter has rank %d; ask for this one, not %d"
                            .formatted(file, rank, config.pairRank()));
                }
                if (AdapterFile.hasBackground(file)) {
                    throw new CheckpointException(("file %s: the starting adapter has background compensation, which"
                                    + " pretraining does not train; remove it, and a fresh one is begun")
                            .formatted(file));
                }
            });
        }

        /** Continues the one that the base model has, or begins a fresh one. */
        static StartingAdapter of(ModelDirectory model, BaseModel base, PretrainingConfig config) {
            AdapterLayout layout = AdapterLayout.of(base, config.pairRank(), false);
            try (DualAdapter first = model.startingAdapter()
                    .map(path -> AdapterFile.read(path, base))
                    .orElseGet(() -> DualAdapter.initialize(layout, config.seed(), base.device()))) {
                TrainedWeights weights = TrainedWeights.of(first, base.device());
                return new StartingAdapter(
                        weights,
                        DualAdapter.over(layout, weights.current()),
                        new AdamW(weights.trained(), config.optimizer()));
            }
        }

        @Override
        public void close() {
            optimizer.close();
            weights.close();
        }
    }

    /**
     * The endless series of pictures that a base learns from. Element i is always the same, so that a resumed training sees
     * what an uninterrupted one would have seen. Used from a thread of its own.
     */
    public interface PretrainingImages {

        /** One picture for the U-Net on its own. */
        Captioned image(long index);

        /** One pair for both branches. */
        Pair pair(long index);

        /** Of every pair's anomaly part. */
        PartGround ground();

        /** What tells one series from another beside its seed: a training resumes on the same pictures only. */
        String fingerprint();

        /**
         * @param image (3, side, side) in [-1, 1]
         * @param anomaly the image inside the mask and {@link #ground} outside; the same shape
         */
        record Pair(float[] image, float[] anomaly, NestedPrompt prompt) {}

        /**
         * A picture and what it shows.
         *
         * @param pixels (3, side, side) in [-1, 1]
         * @param caption such as "a wood with crack"
         */
        record Captioned(float[] pixels, String caption) {}
    }
}
