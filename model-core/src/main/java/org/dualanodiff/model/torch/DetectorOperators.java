package org.dualanodiff.model.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.jni.ScriptModule;

/**
 * The libtorch operators that only detectors need, with gradients: {@code detector_operators.py} beside this class, in
 * Java. Results are owned as those of {@link Operators} are. Shape legend: N rows, C channels, H height, W width.
 */
public final class DetectorOperators {

    private static final ScriptModule MODULE = Operators.load("DetectorOperators", "detector_operators.py");

    private DetectorOperators() {}

    /**
     * Convolution without bias, then batch normalization (Ioffe and Szegedy 2015): (N, Cin, H, W) -> (N, Cout, H', W').
     *
     * @param w (Cout, Cin, k, k)
     * @param mean running mean (Cout), moved in place by a tenth of the batch's where {@code training}
     * @param variance running variance (Cout), likewise
     */
    public static NDArray convolutionNorm(
            NDArray x,
            NDArray w,
            NDArray scale,
            NDArray shift,
            NDArray mean,
            NDArray variance,
            int stride,
            int padding,
            boolean training) {
        return call("convolution_norm", x, w, scale, shift, mean, variance, stride, padding, training);
    }

    /** A linear map of the channels at each position: w (Cout, Cin, 1, 1), b (Cout). */
    public static NDArray pointwise(NDArray x, NDArray w, NDArray b) {
        return call("pointwise", x, w, b);
    }

    public static NDArray relu(NDArray x) {
        return call("relu", x);
    }

    public static NDArray maxPool(NDArray x, int kernel, int stride, int padding) {
        return call("max_pool", x, kernel, stride, padding);
    }

    /** Bilinear, with pixels as areas (corners are not aligned). */
    public static NDArray resizeBilinear(NDArray x, long height, long width) {
        return call("resize_bilinear", x, height, width);
    }

    /** (N, C, H, W) -> (N, C). */
    public static NDArray meanOverPositions(NDArray x) {
        return call("mean_over_positions", x);
    }

    /** The same numbers with the channel as the fastest dimension in memory, which convolutions in bf16 are made for. */
    public static NDArray channelsLast(NDArray x) {
        return call("channels_last", x);
    }

    public static NDArray sigmoid(NDArray x) {
        return call("sigmoid", x);
    }

    /** Over the last dimension. */
    public static NDArray softmax(NDArray x) {
        return call("softmax", x);
    }

    /**
     * Focal loss with gamma 2 (Lin et al. 2017), mean over pixels, plus two dice losses, smoothed by 1: one of the whole batch,
     * and the mean of those of the images with a defect.
     *
     * @param logits (N, 1, H, W)
     * @param mask the same shape, 0 or 1
     */
    public static NDArray focalDice(NDArray logits, NDArray mask) {
        return call("focal_dice", logits, mask);
    }

    /** Mean over rows: logits (N, K), int64 labels (N). */
    public static NDArray crossEntropy(NDArray logits, NDArray labels) {
        return call("cross_entropy", logits, labels);
    }

    private static NDArray call(String method, Object... arguments) {
        return TensorScope.own(MODULE.call(method, arguments));
    }
}
