package org.dualanodiff.model.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * The weights of one network on one device, handed to layers by name as they are built. {@link #at} narrows the view to a
 * sub-module, so that a layer asks for {@code "weight"} and not for its whole path.
 *
 * <p>Frozen weights are read from files: fp32 files used as fp32 on a CPU stay memory-mapped, so that nothing is copied
 * and several processes share the pages. Weights in training are tensors at hand.
 */
public final class Weights implements AutoCloseable {

    private final Origin origin;
    private final String prefix;
    private final Device device;
    private final Precision precision;

    private Weights(Origin origin, String prefix, Device device, Precision precision) {
        this.origin = origin;
        this.prefix = prefix;
        this.device = device;
        this.precision = precision;
    }

    /** Where weights come from. */
    private interface Origin {

        /** @param view the shape to be seen, of as many numbers as {@code shape} */
        NDArray tensor(String name, long[] shape, long[] view);

        default NDArray constant(float[] values, long[] shape, Device device) {
            return Tensors.of(values, device, shape);
        }

        default void close() {}
    }

    /** Frozen weights of files, which stay loaded until these weights are closed. */
    public static Weights of(WeightSource source, Device device, Precision precision) {
        return new Weights(
                new Files(source, device, precision, new ArrayList<>(), new ConcurrentHashMap<>()),
                "",
                device,
                precision);
    }

    /**
     * Weights in training. What is handed out belongs to the open scope, and gradients flow through it to the tensors.
     *
     * @param tensors fp32, by name; owned by the caller
     */
    public static Weights of(Map<String, NDArray> tensors, Device device, Precision precision) {
        return new Weights(new InTraining(tensors, precision), "", device, precision);
    }

    /** The weights below {@code module}; closing them closes the whole network's. */
    public Weights at(String module) {
        return new Weights(origin, prefix + module + ".", device, precision);
    }

    /** The name of this sub-module in the file, without a trailing dot. */
    public String path() {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }

    public Precision precision() {
        return precision;
    }

    /**
     * A weight on the device.
     *
     * @param shape the shape that the model's configuration asks for
     * @throws CheckpointException if the tensor is missing, has another shape or is not floating point
     */
    public NDArray tensor(String name, long... shape) {
        return tensorAs(shape, name, shape);
    }

    /** Whether they are read from files, and not in training. */
    boolean frozen() {
        return origin instanceof Files;
    }

    /** @throws CheckpointException if the frozen tensor is missing, has another shape or is not floating point */
    void require(String name, long... shape) {
        ((Files) origin).storedType(prefix + name, shape);
    }

    /** The same frozen weights in fp32, each read again when asked for and owned by the open scope. */
    Weights unrounded() {
        return new Weights(new Unrounded((Files) origin), prefix, device, Precision.FP32);
    }

    /** As {@link #tensor}, with its numbers seen in another shape than the file's. */
    NDArray tensorAs(long[] view, String name, long... shape) {
        return origin.tensor(prefix + name, shape, view);
    }

    /** Numbers that a layer needs beside its weights, fp32, kept on the device as long as those. */
    public NDArray constant(float[] values, long... shape) {
        return origin.constant(values, shape, device);
    }

    /** Gives the memory of mapped weights back to the system for now: used again, they come back from the file. */
    public void rest() {
        if (origin instanceof Files files) {
            files.mapped().forEach(files.source()::giveBack);
        }
    }

    @Override
    public void close() {
        origin.close();
    }

    /**
     * @param loaded owned
     * @param mapped bytes of the tensors that lie where the file is mapped
     */
    private record Files(
            WeightSource source,
            Device device,
            Precision precision,
            List<NDArray> loaded,
            Map<String, ByteBuffer> mapped)
            implements Origin {

        @Override
        public NDArray tensor(String name, long[] shape, long[] view) {
            Precision stored = storedType(name, shape);
            ByteBuffer bytes = source.map(name);
            try (TensorScope scope = TensorScope.open()) {
                NDArray tensor = Tensors.load(bytes, stored, device, precision, view);
                boolean isInPlace = stored == precision && stored != Precision.BF16 && device.equals(Device.cpu());
                if (isInPlace && bytes instanceof MappedByteBuffer) {
                    mapped.put(name, bytes);
                    return kept(tensor);
                }
                // What was read into memory has Java's own limit, which a whole model would exceed.
                NDArray own = kept(isInPlace ? Operators.copy(tensor) : tensor);
                source.giveBack(name, bytes);
                return own;
            }
        }

        @Override
        public NDArray constant(float[] values, long[] shape, Device device) {
            try (TensorScope scope = TensorScope.open()) {
                return kept(Tensors.of(values, device, shape));
            }
        }

        private NDArray kept(NDArray tensor) {
            synchronized (loaded) {
                loaded.add(TensorScope.keep(tensor));
            }
            return tensor;
        }

        Precision storedType(String name, long... shape) {
            return switch (source.requireWeight(name, shape).dtype()) {
                case F32 -> Precision.FP32;
                case F16 -> Precision.FP16;
                default -> Precision.BF16;
            };
        }

        @Override
        public void close() {
            loaded.forEach(NDArray::close);
            loaded.clear();
            mapped.clear();
        }
    }

    /** No file stays mapped for it. */
    private record Unrounded(Files files) implements Origin {

        @Override
        public NDArray tensor(String name, long[] shape, long[] view) {
            files.storedType(name, shape);
            return Tensors.of(files.source().floats(name), files.device(), view);
        }
    }

    private record InTraining(Map<String, NDArray> tensors, Precision precision) implements Origin {

        @Override
        public NDArray tensor(String name, long[] shape, long[] view) {
            NDArray tensor = tensors.get(name);
            if (tensor == null || !Arrays.equals(Tensors.shape(tensor), shape)) {
                throw new CheckpointException("tensor %s: expected shape %s, found %s"
                        .formatted(name, Arrays.toString(shape), tensor == null ? "none" : tensor.getShape()));
            }
            NDArray seen = Arrays.equals(view, shape) ? tensor : Operators.view(tensor, view);
            return precision == Precision.FP32 ? seen : Operators.cast(seen, precision);
        }
    }
}
