package org.dualanodiff.model.detector;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.DetectorOperators;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/** The fp32 tensors of one network: what is learned, and the running statistics of batch normalization. */
final class NetworkTensors implements AutoCloseable {

    /** Through a network that is not learning: the activations of more would fill the memory. */
    private static final int IMAGES_AT_ONCE = 16;

    private final long seed;
    private final Device device;
    private final Precision precision;
    private final List<NDArray> learned = new ArrayList<>();
    private final List<NDArray> statistics = new ArrayList<>();

    /** What a tensor is for; its first value follows from that. */
    enum Role {
        /** Drawn uniformly below 1 / sqrt(inputs), as libtorch begins convolutions and linear layers. */
        WEIGHT,
        ONES,
        ZEROS
    }

    /** @param seed each tensor's first numbers follow from it and from the tensor's name alone */
    NetworkTensors(long seed, Compute compute) {
        Tensors.useThreads(compute.threads());
        this.seed = seed;
        this.device = Devices.named(compute.device());
        this.precision = compute.precision();
    }

    /**
     * A new tensor that gradients are taken by.
     *
     * @param inputs numbers that one output of the layer sums over
     */
    NDArray learned(String name, Role role, int inputs, long... shape) {
        NDArray tensor = Tensors.trainable(tensor(name, role, inputs, shape));
        learned.add(tensor);
        return tensor;
    }

    /** A new tensor that the forward pass of a training changes. */
    NDArray statistic(String name, Role role, long... shape) {
        NDArray tensor = tensor(name, role, 1, shape);
        statistics.add(tensor);
        return tensor;
    }

    private NDArray tensor(String name, Role role, int inputs, long... shape) {
        float[] values = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        switch (role) {
            case WEIGHT -> draw(values, 1 / Math.sqrt(inputs), name);
            case ONES -> Arrays.fill(values, 1);
            case ZEROS -> Arrays.fill(values, 0);
        }
        try (TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(Tensors.of(values, device, shape));
        }
    }

    private void draw(float[] values, double bound, String name) {
        UniformRandomProvider random = NoiseSource.generator("detector", Long.toString(seed), name);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (bound * (2 * random.nextDouble() - 1));
        }
    }

    Device device() {
        return device;
    }

    List<NDArray> learned() {
        return List.copyOf(learned);
    }

    /** How many numbers are learned. */
    long parameters() {
        return learned.stream().mapToLong(NDArray::size).sum();
    }

    /**
     * Normalized images on the device, in the precision that the network computes in: (N, channels, size, size).
     *
     * @throws IllegalArgumentException if they are of another size
     */
    NDArray input(float[] images, int rows, int channels, int size) {
        if (images.length != rows * channels * size * size) {
            throw new IllegalArgumentException("%d images of %d channels, %d x %d need %d numbers, found %d"
                    .formatted(rows, channels, size, size, rows * channels * size * size, images.length));
        }
        NDArray x = Tensors.of(images, device, rows, channels, size, size);
        return DetectorOperators.channelsLast(Operators.cast(x, precision));
    }

    /**
     * What a network gives for each of some images, without gradients.
     *
     * @param network from the numbers of some images, one after the other, and how many these are, to their answers, likewise
     */
    static List<float[]> answers(List<Image> images, BiFunction<float[], Integer, NDArray> network) {
        List<float[]> answers = new ArrayList<>();
        for (int start = 0; start < images.size(); start += IMAGES_AT_ONCE) {
            answers.addAll(
                    answersAtOnce(images.subList(start, Math.min(images.size(), start + IMAGES_AT_ONCE)), network));
        }
        return answers;
    }

    private static List<float[]> answersAtOnce(List<Image> images, BiFunction<float[], Integer, NDArray> network) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            int numbers = images.get(0).levels().length;
            float[] input = new float[images.size() * numbers];
            for (int row = 0; row < images.size(); row++) {
                DetectorPair.normalize(images.get(row), input, row * numbers);
            }
            float[] all = Tensors.floats(network.apply(input, images.size()));
            int length = all.length / images.size();
            return IntStream.range(0, images.size())
                    .mapToObj(row -> Arrays.copyOfRange(all, row * length, (row + 1) * length))
                    .toList();
        }
    }

    @Override
    public void close() {
        learned.forEach(NDArray::close);
        statistics.forEach(NDArray::close);
    }

    /**
     * A convolution without bias and its batch normalization: (N, in, H, W) -> (N, out, H', W'). Names in files are those of
     * torchvision: {@code convN.weight} and {@code bnN.{weight, bias, running_mean, running_var}}.
     */
    static final class ConvolutionNorm {

        private final NDArray weight;
        private final NDArray scale;
        private final NDArray shift;
        private final NDArray mean;
        private final NDArray variance;
        private final int stride;
        private final int padding;

        private ConvolutionNorm(
                NetworkTensors tensors, String convolution, String norm, int in, int out, int kernel, int stride) {
            weight = tensors.learned(
                    convolution + ".weight", Role.WEIGHT, in * kernel * kernel, out, in, kernel, kernel);
            scale = tensors.learned(norm + ".weight", Role.ONES, 1, out);
            shift = tensors.learned(norm + ".bias", Role.ZEROS, 1, out);
            mean = tensors.statistic(norm + ".running_mean", Role.ZEROS, out);
            variance = tensors.statistic(norm + ".running_var", Role.ONES, out);
            this.stride = stride;
            this.padding = kernel / 2;
        }

        /** @param number of the two layers below {@code prefix}, from 1 */
        static ConvolutionNorm numbered(
                NetworkTensors tensors, String prefix, int number, int in, int out, int kernel, int stride) {
            return new ConvolutionNorm(
                    tensors, prefix + "conv" + number, prefix + "bn" + number, in, out, kernel, stride);
        }

        /** The shortcut of a residual block that changes size, {@code downsample.0} and {@code downsample.1}. */
        static ConvolutionNorm shortcut(NetworkTensors tensors, String prefix, int in, int out, int stride) {
            return new ConvolutionNorm(tensors, prefix + "downsample.0", prefix + "downsample.1", in, out, 1, stride);
        }

        NDArray forward(NDArray x, boolean training) {
            return DetectorOperators.convolutionNorm(
                    x, weight, scale, shift, mean, variance, stride, padding, training);
        }

        NDArray forwardRelu(NDArray x, boolean training) {
            return DetectorOperators.relu(forward(x, training));
        }
    }
}
