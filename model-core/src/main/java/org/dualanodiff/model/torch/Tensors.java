package org.dualanodiff.model.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Numbers between Java and the device. Tensors made here are owned by the innermost {@link
 * TensorScope} of the thread, as all results of {@link Operators} are.
 */
public final class Tensors {

    private Tensors() {}

    /** A copy of {@code values} as an fp32 tensor. */
    public static NDArray of(float[] values, Device device, long... shape) {
        ByteBuffer bytes = direct(values.length * (long) Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return wrap(bytes, DataType.FLOAT32, device, shape);
    }

    /** A copy of {@code values} as an int64 tensor. */
    public static NDArray of(long[] values, Device device, long... shape) {
        ByteBuffer bytes = direct(values.length * (long) Long.BYTES);
        bytes.asLongBuffer().put(values);
        return wrap(bytes, DataType.INT64, device, shape);
    }

    /**
     * A tensor over direct memory, without a copy on a CPU; the memory must not change afterwards.
     *
     * @param bytes direct, native byte order
     */
    public static NDArray wrap(ByteBuffer bytes, DataType type, Device device, long... shape) {
        NDArray host = TensorScope.own(JniUtils.createNdFromByteBuffer(
                engineManager(), bytes, new Shape(shape), type, SparseFormat.DENSE, Device.cpu()));
        return device.equals(Device.cpu()) ? host : TensorScope.own(host.toDevice(device, true));
    }

    /**
     * A weight from the bytes of a file, converted to {@code wanted} on {@code device}.
     *
     * @param bytes direct (mapped), little-endian
     */
    public static NDArray load(ByteBuffer bytes, Precision stored, Device device, Precision wanted, long... shape) {
        NDArray raw = stored == Precision.FP32
                ? wrap(bytes, DataType.FLOAT32, device, shape)
                // The engine's own bf16 type aborts the process; 16-bit integers carry the bits instead.
                : Operators.reinterpret(wrap(bytes, DataType.INT16, device, shape), stored);
        return stored == wanted ? raw : Operators.cast(raw, wanted);
    }

    /** The numbers of an fp32, bf16 or fp16 tensor, in row-major order. */
    public static float[] floats(NDArray tensor) {
        try (TensorScope scope = TensorScope.open()) {
            return Operators.cast(tensor, Precision.FP32).toFloatArray();
        }
    }

    /** Writes {@code values} over the numbers of {@code tensor}, in place. */
    public static void overwrite(NDArray tensor, float[] values) {
        try (GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            Operators.overwrite(tensor, of(values, tensor.getDevice(), shape(tensor)));
        }
    }

    /** Marks a tensor as one that gradients are taken by. */
    public static NDArray trainable(NDArray tensor) {
        tensor.setRequiresGradient(true);
        return tensor;
    }

    public static long[] shape(NDArray tensor) {
        return tensor.getShape().getShape();
    }

    /** Sets the number of native threads that one operator may use; process-wide. */
    public static void useThreads(int threads) {
        engineManager();
        JniUtils.setNumThreads(threads);
    }

    static PtNDManager engineManager() {
        return (PtNDManager) Root.MANAGER;
    }

    private static ByteBuffer direct(long size) {
        return ByteBuffer.allocateDirect(Math.toIntExact(size)).order(ByteOrder.nativeOrder());
    }

    /** Starts the engine on first use. */
    private static final class Root {
        private static final ai.djl.ndarray.NDManager MANAGER =
                Engine.getEngine("PyTorch").newBaseManager(Device.cpu()).getParentManager();
    }
}
