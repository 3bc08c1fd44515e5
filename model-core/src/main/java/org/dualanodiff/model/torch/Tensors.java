package org.dualanodiff.model.torch;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.pytorch.jni.ScriptModule;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ShortBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/**
 * Numbers between Java and the device. Tensors made here are owned by the innermost {@link
 * TensorScope} of the thread, as all results of {@link Operators} are.
 */
public final class Tensors {

    /**
     * Numbers on their way into a tensor. Direct buffers are freed by the garbage collector only, which does not see how
     * much native memory they hold: one a call would let memory grow, one a thread does not.
     */
    private static final ThreadLocal<ByteBuffer> STAGING =
            ThreadLocal.withInitial(() -> ByteBuffer.allocateDirect(1 << 16).order(ByteOrder.nativeOrder()));

    /** Numbers converted at a time. */
    private static final int PIECE = 1 << 20;

    private Tensors() {}

    /** A copy of {@code values} as an fp32 tensor. */
    public static NDArray of(float[] values, Device device, long... shape) {
        ByteBuffer bytes = staging(values.length * (long) Float.BYTES);
        bytes.asFloatBuffer().put(values);
        return copied(bytes, DataType.FLOAT32, device, shape);
    }

    /** Pictures of one size, each {@code (3, side, side)}, as fp32 {@code (N, 3, side, side)}. */
    public static NDArray pictures(List<float[]> pictures, Device device, int side) {
        int each = 3 * side * side;
        float[] all = new float[pictures.size() * each];
        for (int i = 0; i < pictures.size(); i++) {
            System.arraycopy(pictures.get(i), 0, all, i * each, each);
        }
        return of(all, device, pictures.size(), 3, side, side);
    }

    /** A copy of {@code values} as an int64 tensor. */
    public static NDArray of(long[] values, Device device, long... shape) {
        ByteBuffer bytes = staging(values.length * (long) Long.BYTES);
        bytes.asLongBuffer().put(values);
        return copied(bytes, DataType.INT64, device, shape);
    }

    private static NDArray copied(ByteBuffer bytes, DataType type, Device device, long... shape) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray staged = wrap(bytes, type, device, shape);
            return scope.release(device.equals(Device.cpu()) ? Operators.copy(staged) : staged);
        }
    }

    /**
     * A tensor over direct memory, without a copy on a CPU; the memory must not change afterwards.
     *
     * @param bytes direct, native byte order
     * @throws IllegalArgumentException if there are more or fewer than the shape has
     */
    public static NDArray wrap(ByteBuffer bytes, DataType type, Device device, long... shape) {
        Shape whole = new Shape(shape);
        // libtorch believes the shape, and would read past the end.
        if (bytes.remaining() != whole.size() * type.getNumOfBytes()) {
            throw new IllegalArgumentException("a tensor of shape %s has %d numbers, given were %d"
                    .formatted(whole, whole.size(), bytes.remaining() / type.getNumOfBytes()));
        }
        Traffic.countUpload();
        NDArray host = TensorScope.own(
                JniUtils.createNdFromByteBuffer(engineManager(), bytes, whole, type, SparseFormat.DENSE, Device.cpu()));
        // By an operator: DJL's own copy would belong to a manager of its own that nobody closes.
        return device.equals(Device.cpu()) ? host : Operators.toDevice(host, device);
    }

    /**
     * A weight from the bytes of a file, converted to {@code wanted} on {@code device}.
     *
     * @param bytes direct (mapped), little-endian
     */
    public static NDArray load(ByteBuffer bytes, Precision stored, Device device, Precision wanted, long... shape) {
        if (stored == Precision.BF16) {
            return fromBfloat16(bytes.asShortBuffer(), device, wanted, shape);
        }
        NDArray raw = wrap(bytes, stored == Precision.FP32 ? DataType.FLOAT32 : DataType.FLOAT16, device, shape);
        return stored == wanted ? raw : Operators.cast(raw, wanted);
    }

    /** The engine aborts the process when handed bf16 bytes: they are widened here, a piece at a time. */
    private static NDArray fromBfloat16(ShortBuffer bits, Device device, Precision wanted, long... shape) {
        try (TensorScope scope = TensorScope.open()) {
            List<NDArray> pieces = new ArrayList<>();
            while (bits.hasRemaining()) {
                float[] values = new float[Math.min(PIECE, bits.remaining())];
                for (int i = 0; i < values.length; i++) {
                    values[i] = Float.intBitsToFloat(bits.get() << Short.SIZE);
                }
                pieces.add(Operators.cast(of(values, device, values.length), wanted));
            }
            return scope.release(Operators.view(Operators.concat(pieces, 0), shape));
        }
    }

    /** The numbers of an fp32, bf16 or fp16 tensor, in row-major order. */
    public static float[] floats(NDArray tensor) {
        Traffic.countReadBack();
        try (TensorScope scope = TensorScope.open()) {
            // DJL reads this one where it lies; of any other it would make a copy that nobody closes.
            return Operators.toHost(tensor).toFloatArray();
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

    private static ByteBuffer staging(long size) {
        ByteBuffer buffer = STAGING.get();
        if (buffer.capacity() < size) {
            buffer = ByteBuffer.allocateDirect(Math.toIntExact(size)).order(ByteOrder.nativeOrder());
            STAGING.set(buffer);
        }
        return buffer.clear().limit(Math.toIntExact(size)).slice().order(ByteOrder.nativeOrder());
    }

    /** Starts the engine on first use. */
    private static final class Root {
        private static final ai.djl.ndarray.NDManager MANAGER = start();

        private static ai.djl.ndarray.NDManager start() {
            DjlVariables.withoutTelemetry();
            TorchLibrary.ofProcess().settle();
            DjlVariables.settleFolder();
            return Engine.getEngine("PyTorch").newBaseManager(Device.cpu()).getParentManager();
        }
    }

    /**
     * What this process asked of libtorch: for benchmarks, and for tests that hold how often a step waits for the device. Counted
     * alike on every device, on a CPU too, where such copies cost nothing.
     *
     * @param calls operators called
     * @param uploads tensors made of numbers of the host; a GPU finishes its queue first
     * @param readBacks tensors whose numbers were read by the host; so does it there
     */
    public record Traffic(long calls, long uploads, long readBacks) {

        private static final LongAdder UPLOADS = new LongAdder();
        private static final LongAdder READ_BACKS = new LongAdder();

        /** All of it until now, of all threads. */
        public static Traffic soFar() {
            return new Traffic(ScriptModule.calls(), UPLOADS.sum(), READ_BACKS.sum());
        }

        /** What there was more than {@code before}. */
        public Traffic since(Traffic before) {
            return new Traffic(calls - before.calls, uploads - before.uploads, readBacks - before.readBacks);
        }

        static void countUpload() {
            UPLOADS.increment();
        }

        static void countReadBack() {
            READ_BACKS.increment();
        }
    }
}
