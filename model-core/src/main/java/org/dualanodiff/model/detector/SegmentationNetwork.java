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

/**
 * A trained segmentation network: an image to a map of how sure it is, at each pixel, that there is a defect. The same
 * image gives the same map whatever other images go with it. Any number of threads may ask.
 */
public final class SegmentationNetwork implements AutoCloseable {

    private final SegmentationConfig config;
    private final NetworkTensors tensors;
    private final SegmentationUNet layers;
    private final NetworkInput input;

    SegmentationNetwork(SegmentationConfig config, FirstValues values, Compute compute) {
        Tensors.useThreads(compute.threads());
        this.config = config;
        this.tensors = new NetworkTensors(values, Devices.named(compute.device()));
        try (Unfinished parts = Unfinished.begin()) {
            this.layers = new SegmentationUNet(config, tensors);
            parts.finish();
        }
        this.input = new NetworkInput(config.channels(), config.size(), tensors.device(), compute.precision());
    }

    /**
     * Reads what {@link #save} wrote.
     *
     * @throws CheckpointException if the file is missing, damaged or holds something else
     */
    public static SegmentationNetwork load(Path file, Compute compute) {
        SegmentationConfig config =
                SegmentationConfig.of(SafetensorsFile.open(file).metadata(), file);
        return new SegmentationNetwork(config, FirstValues.saved(WeightSource.open(file)), compute);
    }

    /** Writes all weights as safetensors. */
    public void save(Path file) throws IOException {
        tensors.save(file, config.metadata());
    }

    public SegmentationConfig config() {
        return config;
    }

    /** How many numbers were learned. */
    public long parameters() {
        return tensors.parameters();
    }

    /**
     * @param image of any size
     * @return {@code (size, size)} from 0 to 1, the map of the image scaled to the network's size
     */
    public float[] map(BufferedImage image) {
        return map(DetectorPixels.normalized(DetectorPixels.image(image, config.size(), config.channels())));
    }

    /**
     * @param image {@code (channels, size, size)}, normalized as by {@link DetectorPixels}
     * @return {@code (size, size)} from 0 to 1
     */
    public float[] map(float[] image) {
        return maps(List.of(image)).get(0);
    }

    /** The maps of several images at once. */
    public List<float[]> maps(List<float[]> images) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray logits = layers.forward(input.of(images), false);
            float[] all = Tensors.floats(DetectorOperators.sigmoid(logits));
            int area = config.size() * config.size();
            List<float[]> maps = new ArrayList<>();
            for (int row = 0; row < images.size(); row++) {
                maps.add(Arrays.copyOfRange(all, row * area, (row + 1) * area));
            }
            return maps;
        }
    }

    /** Logits of a batch with the graph of its gradients: (N, 1, size, size). */
    NDArray trainingLogits(SegmentationBatch batch) {
        return layers.forward(input.of(batch.images(), batch.rows()), true);
    }

    NetworkTensors tensors() {
        return tensors;
    }

    @Override
    public void close() {
        tensors.close();
    }
}
