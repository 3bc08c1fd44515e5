package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.torch.Unfinished;

/** A trained classifier of defect types: an image to the probability of each class. Any number of threads may ask. */
public final class Classifier implements AutoCloseable {

    private final ClassifierConfig config;
    private final NetworkTensors tensors;
    private final ResidualNetwork layers;
    private final NetworkInput input;

    Classifier(ClassifierConfig config, FirstValues values, Compute compute) {
        Tensors.useThreads(compute.threads());
        this.config = config;
        this.tensors = new NetworkTensors(values, Devices.named(compute.device()));
        try (Unfinished parts = Unfinished.begin()) {
            this.layers = new ResidualNetwork(config, tensors);
            parts.finish();
        }
        this.input = new NetworkInput(config.channels(), config.size(), tensors.device(), compute.precision());
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws CheckpointException if the file is missing, damaged or holds something else
     */
    public static Classifier load(Path file, Compute compute) {
        ClassifierConfig config = ClassifierConfig.of(SafetensorsFile.open(file).metadata(), file);
        return new Classifier(config, FirstValues.saved(WeightSource.open(file)), compute);
    }

    /** Writes all weights as safetensors. */
    public void save(Path file) throws IOException {
        tensors.save(file, config.metadata());
    }

    public ClassifierConfig config() {
        return config;
    }

    /** How many numbers were learned. */
    public long parameters() {
        return tensors.parameters();
    }

    /**
     * @param image of any size
     * @return one probability a class; they add up to 1
     */
    public float[] probabilities(BufferedImage image) {
        float[] values = DetectorPixels.normalized(DetectorPixels.image(image, config.size(), config.channels()));
        return probabilities(List.of(values)).get(0);
    }

    /** @param images {@code (channels, size, size)} each, normalized as by {@link DetectorPixels} */
    public List<float[]> probabilities(List<float[]> images) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray logits = layers.forward(input.of(images), false);
            float[] all = Tensors.floats(DetectorOperators.softmax(logits));
            List<float[]> rows = new ArrayList<>();
            for (int row = 0; row < images.size(); row++) {
                rows.add(Arrays.copyOfRange(all, row * config.classes(), (row + 1) * config.classes()));
            }
            return rows;
        }
    }

    /** Logits of a batch with the graph of its gradients: (N, classes). */
    NDArray trainingLogits(ClassificationBatch batch) {
        return layers.forward(input.of(batch.images(), batch.labels().length), true);
    }

    NetworkTensors tensors() {
        return tensors;
    }

    @Override
    public void close() {
        tensors.close();
    }
}
