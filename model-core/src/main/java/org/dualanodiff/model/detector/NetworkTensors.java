package org.dualanodiff.model.detector;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.detector.FirstValues.Role;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/** The fp32 tensors of one network by name: what is learned, and the running statistics of batch normalization. */
final class NetworkTensors implements AutoCloseable {

    private final FirstValues values;
    private final Device device;
    private final Map<String, NDArray> learned = new LinkedHashMap<>();
    private final Map<String, NDArray> statistics = new LinkedHashMap<>();

    NetworkTensors(FirstValues values, Device device) {
        this.values = values;
        this.device = device;
    }

    /** A new tensor that gradients are taken by. */
    NDArray learned(String name, Role role, int inputs, long... shape) {
        NDArray tensor = Tensors.trainable(tensor(name, role, inputs, shape));
        learned.put(name, tensor);
        return tensor;
    }

    /** A new tensor that the forward pass of a training changes. */
    NDArray statistic(String name, Role role, long... shape) {
        NDArray tensor = tensor(name, role, 1, shape);
        statistics.put(name, tensor);
        return tensor;
    }

    private NDArray tensor(String name, Role role, int inputs, long... shape) {
        try (TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(Tensors.of(values.values(name, role, inputs, shape), device, shape));
        }
    }

    Device device() {
        return device;
    }

    List<NDArray> learned() {
        return List.copyOf(learned.values());
    }

    /** How many numbers are learned. */
    long parameters() {
        return learned.values().stream().mapToLong(NDArray::size).sum();
    }

    /** Writes all tensors as safetensors, with {@code metadata} that says how to build the network again. */
    void save(Path file, Map<String, String> metadata) throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        learned.forEach((name, tensor) -> tensors.put(name, data(tensor)));
        statistics.forEach((name, tensor) -> tensors.put(name, data(tensor)));
        SafetensorsWriter.write(file, tensors, metadata);
    }

    private static TensorData data(NDArray tensor) {
        return new TensorData(DType.F32, Tensors.shape(tensor), () -> bytes(Tensors.floats(tensor)));
    }

    private static ByteBuffer bytes(float[] numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(numbers);
        return bytes;
    }

    @Override
    public void close() {
        learned.values().forEach(NDArray::close);
        statistics.values().forEach(NDArray::close);
    }
}
