package org.dualanodiff.model.torch;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.ScriptModule;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.files.StoredZip;
import org.dualanodiff.model.torch.Tensors.Traffic;

/**
 * The libtorch operators of the model, with gradients: {@code operators.py} beside this class, in Java.
 *
 * <p>Every result belongs to the innermost open {@link TensorScope} of the calling thread. Shape
 * legend: N rows, S positions, T context positions, C channels, F branches (2), G groups, r rank.
 */
public final class Operators {

    private static final ScriptModule MODULE = load("Operators", "operators.py");

    private Operators() {}

    /** {@code x w^T + b}: (..., Cin) -> (..., Cout); w (Cout, Cin), b (Cout) or null. */
    public static NDArray linear(NDArray x, NDArray w, NDArray b) {
        return b == null ? call("linear_no_bias", x, w) : call("linear", x, w, b);
    }

    /** (N, Cin, H, W) -> (N, Cout, H', W'); w (Cout, Cin, k, k). */
    public static NDArray conv2d(NDArray x, NDArray w, NDArray b, int stride, int padding) {
        return call("conv2d", x, w, b, stride, padding);
    }

    /** Group normalization over (C/groups, H, W) of (N, C, H, W), then scale and shift by channel. */
    public static NDArray groupNorm(NDArray x, int groups, NDArray w, NDArray b, double eps) {
        return call("group_norm", x, groups, w, b, eps);
    }

    /** SiLU of {@link #groupNorm}. */
    public static NDArray groupNormSilu(NDArray x, int groups, NDArray w, NDArray b, double eps) {
        return call("group_norm_silu", x, groups, w, b, eps);
    }

    /** Layer normalization over the last dimension. */
    public static NDArray layerNorm(NDArray x, NDArray w, NDArray b, double eps) {
        return call("layer_norm", x, w, b, eps);
    }

    public static NDArray silu(NDArray x) {
        return call("silu", x);
    }

    /** GELU by the error function, not the tanh approximation. */
    public static NDArray gelu(NDArray x) {
        return call("gelu", x);
    }

    /** {@code x sigmoid(1.702 x)}, CLIP's activation. */
    public static NDArray quickGelu(NDArray x) {
        return call("quick_gelu", x);
    }

    /**
     * {@code geglu(x in^T + b) out^T + c}: (N, S, C) -> (N, S, C). GEGLU is the first half of the channels times GELU of the
     * second.
     *
     * @param inW (8C, C), and its bias (8C)
     * @param outW (C, 4C), and its bias (C)
     */
    public static NDArray feedForward(NDArray x, NDArray inW, NDArray inB, NDArray outW, NDArray outB) {
        return call("feed_forward", x, inW, inB, outW, outB);
    }

    /** Rows of {@code table} (V, C) by int64 {@code ids} (N, S) -> (N, S, C). */
    public static NDArray embedding(NDArray ids, NDArray table) {
        return call("embedding", ids, table);
    }

    public static NDArray resizeNearest(NDArray x, long height, long width) {
        return call("resize_nearest", x, height, width);
    }

    /** One row of zeros below and one column to the right, as the encoder of the VAE pads. */
    public static NDArray padRightBottom(NDArray x) {
        return call("pad_right_bottom", x);
    }

    /** Coordinates of every patch: x (N, 3, H, W), basis (C, 3, f, f) -> (N, C, H/f, W/f). */
    public static NDArray projectPatches(NDArray x, NDArray basis) {
        return call("project_patches", x, basis);
    }

    /** Patches side by side: z (N, C, h, w), basis (C, 3, f, f) -> (N, 3, h f, w f). */
    public static NDArray composePatches(NDArray z, NDArray basis) {
        return call("compose_patches", z, basis);
    }

    /** Multi-head attention: q (N, S, C), k and v (N, T, C) -> (N, S, C). */
    public static NDArray attention(NDArray q, NDArray k, NDArray v, int heads) {
        return call("attention", q, k, v, heads, false);
    }

    /** As {@link #attention}, but no position sees a later one. */
    public static NDArray causalAttention(NDArray q, NDArray k, NDArray v, int heads) {
        return call("attention", q, k, v, heads, true);
    }

    public static NDArray matmul(NDArray x, NDArray y) {
        return call("matmul", x, y);
    }

    /** Each row {@code times} times, one after another. */
    public static NDArray repeatRows(NDArray x, long times) {
        return times == 1 ? x : call("repeat_rows", x, times);
    }

    public static NDArray add(NDArray x, NDArray y) {
        return call("add", x, y);
    }

    /** Adds y (N or 1, C) to every position of x (N, C, H, W). */
    public static NDArray addToPositions(NDArray x, NDArray y) {
        return call("add_to_positions", x, y);
    }

    public static NDArray multiply(NDArray x, double factor) {
        return call("multiply", x, factor);
    }

    public static NDArray multiply(NDArray x, NDArray y) {
        return call("product", x, y);
    }

    /** {@code a x + b y}. */
    public static NDArray combine(double a, NDArray x, double b, NDArray y) {
        return call("combine", x, a, y, b);
    }

    /** {@code x + factor (y - x)}. */
    public static NDArray extrapolate(NDArray x, NDArray y, double factor) {
        return call("extrapolate", x, y, factor);
    }

    /** {@code a x + b y} with one a and b a row: a, b (N), x, y (N, C, H, W). */
    public static NDArray combineRows(NDArray a, NDArray x, NDArray b, NDArray y) {
        return call("combine_rows", x, a, y, b);
    }

    public static NDArray clamp(NDArray x, double low, double high) {
        return call("clamp", x, low, high);
    }

    public static NDArray exp(NDArray x) {
        return call("exp", x);
    }

    /** Sinusoidal embedding: t (N), frequencies (half) -> (N, 2 half). */
    public static NDArray sinusoid(NDArray t, NDArray frequencies, boolean cosineFirst) {
        return call("sinusoid", t, frequencies, cosineFirst);
    }

    /** Mean over all elements of {@code (x - y)^2}, in fp32. */
    public static NDArray meanSquaredError(NDArray x, NDArray y) {
        return call("mean_squared_error", x, y);
    }

    /** As {@link #meanSquaredError}, with a weight a position: x, y (N, C, H, W), w (N, 1, H, W). */
    public static NDArray weightedSquaredError(NDArray x, NDArray y, NDArray w) {
        return call("weighted_squared_error", x, y, w);
    }

    /**
     * How far pictures are apart, in fp32: mean of {@code |x - y|} plus that of its differences between neighbors, at full,
     * half and quarter size; x, y (N, C, H, W).
     */
    public static NDArray pictureError(NDArray x, NDArray y) {
        return call("picture_error", x, y);
    }

    public static NDArray view(NDArray x, long... shape) {
        return call("view", x, shape);
    }

    /** (N, C, H, W) -> (N, H*W, C). */
    public static NDArray positionsThenChannels(NDArray x) {
        return call("positions_last_to_channels_last", x);
    }

    /** (N, H*W, C) -> (N, C, H, W). */
    public static NDArray channelsThenPositions(NDArray x, long height, long width) {
        return call("channels_last_to_positions_last", x, height, width);
    }

    public static NDArray concat(List<NDArray> parts, int dimension) {
        return call("concat", parts, dimension);
    }

    public static NDArray narrow(NDArray x, int dimension, long start, long length) {
        return call("narrow", x, dimension, start, length);
    }

    /** Rows of x in the order of int64 {@code rows}. */
    public static NDArray selectRows(NDArray x, NDArray rows) {
        return call("select_rows", x, rows);
    }

    /** Zeros of the same shape, type and device. */
    public static NDArray zerosLike(NDArray x) {
        return call("zeros_like", x);
    }

    /** A tensor of x's shape, type and device with one value throughout. */
    public static NDArray fill(NDArray x, double value) {
        return call("fill", x, value);
    }

    public static NDArray cast(NDArray x, Precision precision) {
        return call("cast", x, precision.code());
    }

    /** As fp32 numbers in row-major order on the CPU; the tensor itself if it is that. */
    static NDArray toHost(NDArray x) {
        return call("to_host", x);
    }

    /** A copy on {@code device}. */
    static NDArray toDevice(NDArray x, Device device) {
        return call("to_device", x, device.isGpu() ? "cuda:" + device.getDeviceId() : "cpu");
    }

    public static NDArray detach(NDArray x) {
        return call("detach", x);
    }

    public static NDArray copy(NDArray x) {
        return call("copy", x);
    }

    /** Writes the numbers of {@code source} over those of {@code target}, in place. */
    static void overwrite(NDArray target, NDArray source) {
        call("overwrite", target, source);
    }

    /** The gradient of scalar {@code loss} by each parameter; zeros where it does not depend on it. */
    public static List<NDArray> gradients(NDArray loss, List<NDArray> parameters) {
        return callForList("gradients", loss, parameters);
    }

    /**
     * The gradient by each parameter of a loss that depends on {@code outputs}.
     *
     * @param upstream the loss's gradient by each output
     */
    public static List<NDArray> gradientsThrough(
            List<NDArray> outputs, List<NDArray> upstream, List<NDArray> parameters) {
        return callForList("gradients_through", outputs, upstream, parameters);
    }

    /** {@code target += factor source} for each pair, in place. */
    public static void accumulate(List<NDArray> targets, List<NDArray> sources, double factor) {
        if (!targets.isEmpty()) {
            call("accumulate", targets, sources, factor);
        }
    }

    /** {@code target += share (source - target)} for each pair, in place. */
    public static void approach(List<NDArray> targets, List<NDArray> sources, double share) {
        call("approach", targets, sources, share);
    }

    /** Multiplies all tensors in place. */
    public static void scale(List<NDArray> tensors, double factor) {
        call("scale", tensors, factor);
    }

    /** L2 norm over all elements of all tensors, as one scalar tensor. */
    public static NDArray globalNorm(List<NDArray> tensors) {
        return call("global_norm", tensors);
    }

    /** Multiplies the tensors in place by {@code min(1, limit / (norm + 1e-6))}. */
    public static void clipToNorm(List<NDArray> tensors, NDArray norm, double limit) {
        call("clip_to_norm", tensors, norm, limit);
    }

    /** One AdamW update in place; {@code step} counts from 1. See {@code torch.optim.AdamW}. */
    public static void adamW(
            List<NDArray> parameters,
            List<NDArray> gradients,
            List<NDArray> firstMoments,
            List<NDArray> secondMoments,
            int step,
            double learningRate,
            double beta1,
            double beta2,
            double weightDecay,
            double epsilon) {
        call(
                "adamw",
                parameters,
                gradients,
                firstMoments,
                secondMoments,
                step,
                learningRate,
                beta1,
                beta2,
                weightDecay,
                epsilon);
    }

    /** The number in a tensor of one element. */
    public static double item(NDArray x) {
        Traffic.countReadBack();
        return MODULE.callForDouble("item", x);
    }

    private static List<NDArray> callForList(String method, Object... arguments) {
        PtNDArray[] results = MODULE.callForList(method, arguments);
        for (PtNDArray result : results) {
            TensorScope.own(result);
        }
        return List.of(results);
    }

    static NDArray call(String method, Object... arguments) {
        return TensorScope.own(MODULE.call(method, arguments));
    }

    /** The module {@code className} that the resource {@code file} beside this class defines. */
    static ScriptModule load(String className, String file) {
        try (InputStream source = Operators.class.getResourceAsStream(file)) {
            return ScriptModule.load(ScriptArchive.of(className, source.readAllBytes()), Tensors.engineManager());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Writes a TorchScript archive around source text: a zip of stored entries with the code, a pickled
     * module object without attributes besides {@code training}, and the format version.
     *
     * <p>Source: the TorchScript serialization format (torch/csrc/jit/docs/serialization.md).
     */
    static final class ScriptArchive {

        private static final String FORMAT_VERSION = "10\n";

        private ScriptArchive() {}

        /** The archive of a module class {@code className} that {@code source} defines. */
        static byte[] of(String className, byte[] source) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
                StoredZip.put(zip, "archive/code/__torch__.py", source);
                StoredZip.put(zip, "archive/data.pkl", moduleObject(className));
                StoredZip.put(zip, "archive/constants.pkl", pickle(")"));
                StoredZip.put(zip, "archive/version", FORMAT_VERSION.getBytes(US_ASCII));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }

        /** Pickle, protocol 2: {@code className.__new__()} with state {@code {"training": False}}. */
        private static byte[] moduleObject(String className) {
            return pickle("c__torch__\n" + className + "\n)\u0081}(X\b\0\0\0training\u0089ub");
        }

        /** A pickle of protocol 2: its opcodes and their arguments as letters of Latin-1. */
        private static byte[] pickle(String opcodes) {
            return ("\u0080\u0002" + opcodes + ".").getBytes(ISO_8859_1);
        }
    }
}
