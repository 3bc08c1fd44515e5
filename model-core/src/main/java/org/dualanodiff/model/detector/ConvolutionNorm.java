package org.dualanodiff.model.detector;

import ai.djl.ndarray.NDArray;
import org.dualanodiff.model.detector.NetworkTensors.Role;
import org.dualanodiff.model.torch.DetectorOperators;

/**
 * A convolution without bias and its batch normalization: (N, in, H, W) -> (N, out, H', W'). Names in files are those of
 * torchvision: {@code convN.weight} and {@code bnN.{weight, bias, running_mean, running_var}}.
 */
final class ConvolutionNorm {

    private final NDArray weight;
    private final NDArray scale;
    private final NDArray shift;
    private final NDArray mean;
    private final NDArray variance;
    private final int stride;
    private final int padding;

    private ConvolutionNorm(
            NetworkTensors tensors, String convolution, String norm, int in, int out, int kernel, int stride) {
        weight = tensors.learned(convolution + ".weight", Role.WEIGHT, in * kernel * kernel, out, in, kernel, kernel);
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
        return new ConvolutionNorm(tensors, prefix + "conv" + number, prefix + "bn" + number, in, out, kernel, stride);
    }

    /** The shortcut of a residual block that changes size, {@code downsample.0} and {@code downsample.1}. */
    static ConvolutionNorm shortcut(NetworkTensors tensors, String prefix, int in, int out, int stride) {
        return new ConvolutionNorm(tensors, prefix + "downsample.0", prefix + "downsample.1", in, out, 1, stride);
    }

    NDArray forward(NDArray x, boolean training) {
        return DetectorOperators.convolutionNorm(x, weight, scale, shift, mean, variance, stride, padding, training);
    }

    NDArray forwardRelu(NDArray x, boolean training) {
        return DetectorOperators.relu(forward(x, training));
    }
}
