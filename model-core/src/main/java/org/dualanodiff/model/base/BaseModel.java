package org.dualanodiff.model.base;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.diffusion.NoiseSchedule;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.text.ClipTextEncoder;
import org.dualanodiff.model.text.ClipTokenizer;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.unet.UNet;
import org.dualanodiff.model.vae.Autoencoder;

/**
 * A frozen Stable Diffusion 1.x or 2.x model of any size on one device: U-Net, autoencoder, text encoder,
 * tokenizer and noise schedule. Trainings and samplers of any number of adapters share one.
 */
public final class BaseModel implements AutoCloseable {

    private final Optional<Path> startingAdapter;
    private final MemoryNeed memoryNeed;
    private final Device device;
    private final Precision precision;
    private final List<Weights> weights = new ArrayList<>();
    private final UNet unet;
    private final Autoencoder autoencoder;
    private final Weights textWeights;
    private final ClipTextEncoder textEncoder;
    private final ClipTokenizer tokenizer;
    private final NoiseSchedule schedule;

    private BaseModel(ModelFiles directory, Device device, Precision precision) {
        this.startingAdapter = directory.startingAdapter();
        this.memoryNeed = MemoryNeed.of(directory);
        this.device = device;
        this.precision = precision;
        schedule = NoiseSchedule.of(directory.schedulerConfig());
        try {
            unet = UNet.load(directory.unetConfig(), open(directory.unetWeights(), precision));
            // Little time is spent in these two, and pixels and prompts are worth their precision.
            autoencoder = Autoencoder.load(directory.vaeConfig(), open(directory.vaeWeights(), Precision.FP32));
            textWeights = open(directory.textWeights(), Precision.FP32);
            textEncoder = ClipTextEncoder.load(directory.textConfig(), textWeights);
            tokenizer = ClipTokenizer.open(
                    directory.tokenizer(), directory.textConfig().maxPositionEmbeddings());
        } catch (RuntimeException | Error e) {
            weights.forEach(Weights::close);
            throw e;
        }
    }

    /**
     * Loads all parts.
     *
     * @throws org.dualanodiff.model.checkpoint.CheckpointException naming file, tensor, expected and found
     */
    public static BaseModel load(ModelFiles directory, Compute compute) {
        Tensors.useThreads(compute.threads());
        return new BaseModel(directory, Devices.named(compute.device()), compute.precision());
    }

    private Weights open(WeightSource source, Precision precision) {
        Weights opened = Weights.of(source, device, precision);
        weights.add(opened);
        return opened;
    }

    public Device device() {
        return device;
    }

    /** The precision of the U-Net. */
    public Precision precision() {
        return precision;
    }

    /** The device in words, such as {@code cpu()} or {@code gpu(0)}. */
    public String deviceName() {
        return device.toString();
    }

    public UNet unet() {
        return unet;
    }

    public Autoencoder autoencoder() {
        return autoencoder;
    }

    public ClipTextEncoder textEncoder() {
        return textEncoder;
    }

    public NoiseSchedule schedule() {
        return schedule;
    }

    /** The file of the adapter that new ones may start from, if this base has one. */
    public Optional<Path> startingAdapter() {
        return startingAdapter;
    }

    /** What work with this base needs of the device's memory. */
    public MemoryNeed memoryNeed() {
        return memoryNeed;
    }

    /**
     * States of prompts that stay the same for a whole sampling, (N, T, D). The text encoder's weights, a tenth of the base, do not stay
     * in memory for it.
     */
    public NDArray promptStates(NDArray tokens, ClipTextEncoder.ProjectionAdapter adapter) {
        NDArray states = textEncoder.forward(tokens, adapter);
        textWeights.rest();
        return states;
    }

    /** Token ids of captions: int64 (N, T). */
    public NDArray tokens(List<String> captions) {
        return tokenizer.tokens(captions, device);
    }

    /** Tokens of a prompt, without start and end marks; at least 1. */
    public int tokenCount(String prompt) {
        return Math.max(1, tokenizer.count(prompt));
    }

    @Override
    public void close() {
        tokenizer.close();
        weights.forEach(Weights::close);
    }
}
