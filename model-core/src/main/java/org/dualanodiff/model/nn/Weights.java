package org.dualanodiff.model.nn;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.TensorInfo;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * The frozen weights of one network on one device, handed to layers by name as they are built.
 *
 * <p>fp32 files used as fp32 on a CPU stay memory-mapped: nothing is copied and several processes
 * share the pages. {@link #at} narrows the view to a sub-module, so that a layer asks for
 * {@code "weight"} and not for its whole path.
 */
public final class Weights implements AutoCloseable {

    private final WeightSource source;
    private final String prefix;
    private final Device device;
    private final Precision precision;
    private final List<NDArray> loaded;

    private Weights(WeightSource source, String prefix, Device device, Precision precision, List<NDArray> loaded) {
        this.source = source;
        this.prefix = prefix;
        this.device = device;
        this.precision = precision;
        this.loaded = loaded;
    }

    public static Weights of(WeightSource source, Device device, Precision precision) {
        return new Weights(source, "", device, precision, new ArrayList<>());
    }

    /** The weights below {@code module}; closing them closes the whole network's. */
    public Weights at(String module) {
        return new Weights(source, prefix + module + ".", device, precision, loaded);
    }

    /** The name of this sub-module in the file, without a trailing dot. */
    public String path() {
        return prefix.isEmpty() ? "" : prefix.substring(0, prefix.length() - 1);
    }

    public Device device() {
        return device;
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

    /** As {@link #tensor}, with its numbers seen in another shape than the file's. */
    NDArray tensorAs(long[] view, String name, long... shape) {
        TensorInfo info = source.require(prefix + name, shape);
        try (TensorScope scope = TensorScope.open()) {
            NDArray tensor = Tensors.load(source.map(prefix + name), storedType(info), device, precision, view);
            loaded.add(TensorScope.disown(tensor));
            return tensor;
        }
    }

    private Precision storedType(TensorInfo info) {
        return switch (info.dtype()) {
            case F32 -> Precision.FP32;
            case F16 -> Precision.FP16;
            case BF16 -> Precision.BF16;
            default ->
                throw new CheckpointException("%s: tensor %s: expected F32, F16 or BF16, found %s"
                        .formatted(source.files(), info.name(), info.dtype()));
        };
    }

    @Override
    public void close() {
        loaded.forEach(NDArray::close);
        loaded.clear();
    }
}
