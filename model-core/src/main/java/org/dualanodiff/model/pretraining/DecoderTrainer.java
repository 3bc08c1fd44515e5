package org.dualanodiff.model.pretraining;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.pretraining.TrainedWeights.TrainedModelWriter;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.ConstructionScope;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.vae.Autoencoder;
import org.dualanodiff.model.vae.PatchCodec;

/**
 * Trains the refinement of a base's {@link PatchCodec}; all else of the base stays, latents and adapters too. Half of the
 * pictures are anomaly parts, so that their ground is decoded to the ground. Latents get a little noise, since those that
 * the U-Net makes are not quite those of any picture.
 */
public final class DecoderTrainer implements Pretraining {

    private static final List<Integer> CHANNELS = List.of(64, 96);
    private static final double MOST_NOISE = 0.2;

    private final ModelDirectory start;
    private final PretrainingConfig config;
    private final PretrainingImages images;
    private final PatchCodec.Config sizes;
    private final Device device;
    private final Precision precision;
    private final WeightSource source;
    private final Weights codecWeights;
    private final Autoencoder closedForm;
    private final TrainedWeights refinement;
    private final AdamW optimizer;
    private final PretrainingState state;

    /** What a step learns from: pictures, each (3, side, side) in [-1, 1], and what is added to their latents. */
    private record Batch(List<float[]> pictures, float[] noise) {}

    /**
     * @param start where the training begins; continues the refinement that it may have
     * @param compute its precision is that of the refinement's activations
     * @throws CheckpointException if {@code start} is damaged or its autoencoder is no patch codec
     */
    public DecoderTrainer(ModelDirectory start, PretrainingImages images, PretrainingConfig config, Compute compute) {
        if (!(start.vaeConfig() instanceof PatchCodec.Config codec)) {
            throw new CheckpointException(
                    "model directory %s: the decoder of a PatchCodec can be trained, not that of %s"
                            .formatted(start.root(), start.vaeConfig()));
        }
        this.start = start;
        this.config = config;
        this.images = images;
        boolean isRefined = !codec.refinementChannels().isEmpty();
        sizes = isRefined ? codec : codec.refined(CHANNELS);
        Tensors.useThreads(compute.threads());
        device = Devices.named(compute.device());
        precision = compute.precision();
        source = start.vaeWeights();
        codecWeights = Weights.of(source, device, Precision.FP32);
        try (ConstructionScope made = ConstructionScope.begin()) {
            closedForm = Autoencoder.load(codec.refined(List.of()), codecWeights);
            Map<String, long[]> shapes = sizes.refinementParameters();
            refinement = TrainedWeights.of(
                    shapes,
                    name -> isRefined
                            ? source.floats(name)
                            : RandomModel.startingValues("vae", name, shapes.get(name), config.seed()),
                    device);
            optimizer = new AdamW(refinement.trained(), config.optimizer());
            state = new PretrainingState(
                    config,
                    start.fingerprint(),
                    images,
                    Map.of("decoder", new PretrainingState.Part(List.of(refinement), optimizer)));
            made.finish();
        } catch (RuntimeException | Error e) {
            codecWeights.close();
            throw e;
        }
    }

    @Override
    public long parameters() {
        return refinement.count();
    }

    @Override
    public int train(Path checkpoint, Listener listener) throws IOException {
        return state.train(checkpoint, this::batch, this::step, listener);
    }

    private Batch batch(int step) {
        int rows = config.batchSize();
        int side = config.resolution();
        int latentNumbers = sizes.latentChannels() * (side / sizes.patchSize()) * (side / sizes.patchSize());
        UniformRandomProvider random =
                NoiseSource.generator("decoder", Long.toString(config.seed()), Integer.toString(step));
        List<float[]> pictures = new ArrayList<>();
        float[] noise = NoiseSource.gaussian(random, rows * latentNumbers);
        for (int row = 0; row < rows; row++) {
            long index = (step - 1L) * rows + row;
            pictures.add(
                    row % 2 == 0
                            ? images.image(index).pixels()
                            : images.pair(index).anomaly());
            float amount = (float) (MOST_NOISE * random.nextDouble());
            for (int i = row * latentNumbers; i < (row + 1) * latentNumbers; i++) {
                noise[i] *= amount;
            }
        }
        return new Batch(pictures, noise);
    }

    private double step(int step, Batch batch) {
        try (GradientMode recording = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            NDArray pixels = Tensors.pictures(batch.pictures(), device, config.resolution());
            NDArray clean = closedForm.encode(pixels).mean();
            NDArray latents = Operators.add(clean, Tensors.of(batch.noise(), device, Tensors.shape(clean)));
            NDArray loss = Operators.pictureError(decode(latents), pixels);
            NDArray norm = optimizer.update(Operators.gradients(loss, refinement.trained()), config.learningRate(step));
            refinement.updateAverage(config.averaging(step));
            return PretrainingState.lossOf(loss, norm);
        }
    }

    private NDArray decode(NDArray latents) {
        Weights weights = Weights.of(refinement.current(), device, precision);
        NDArray added = new PatchCodec.Refinement(sizes, weights).forward(Operators.cast(latents, precision));
        return Operators.add(closedForm.decode(latents), added);
    }

    @Override
    public void write(Path folder, DType dtype, Map<String, String> metadata) throws IOException {
        new TrainedModelWriter(start, folder, dtype, metadata).writeDecoder(sizes, source, refinement);
    }

    @Override
    public void close() {
        optimizer.close();
        refinement.close();
        codecWeights.close();
    }
}
