package org.dualanodiff.model.pretraining;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * The weights of one part of the model in training, fp32, each with its moving average.
 *
 * @param current by name, sorted; gradients are taken by those that are {@linkplain #trained}
 * @param average the same names
 */
record TrainedWeights(SortedMap<String, NDArray> current, SortedMap<String, NDArray> average) implements AutoCloseable {

    /** The weights of a network's files. */
    static TrainedWeights of(WeightSource source, Map<String, long[]> layout, Device device) {
        Map<String, long[]> floating = new TreeMap<>(layout);
        floating.keySet().removeIf(name -> name.endsWith("position_ids"));
        floating.forEach(source::require);
        return of(floating, source::floats, device);
    }

    /** A starting adapter's weights. */
    static TrainedWeights of(DualAdapter adapter, Device device) {
        return of(adapter.layout().shapes(), adapter::values, device);
    }

    private static TrainedWeights of(Map<String, long[]> shapes, Function<String, float[]> values, Device device) {
        SortedMap<String, NDArray> current = new TreeMap<>();
        SortedMap<String, NDArray> average = new TreeMap<>();
        shapes.forEach((name, shape) -> {
            float[] numbers = values.apply(name);
            current.put(name, Tensors.trainable(tensor(numbers, device, shape)));
            average.put(name, tensor(numbers, device, shape));
        });
        return new TrainedWeights(current, average);
    }

    private static NDArray tensor(float[] values, Device device, long[] shape) {
        try (TensorScope scope = TensorScope.open()) {
            return TensorScope.disown(Tensors.of(values, device, shape));
        }
    }

    /** What the optimizer changes, sorted by name. */
    List<NDArray> trained() {
        return List.copyOf(current.values());
    }

    /** Moves the averages towards the current weights: {@code a <- decay a + (1 - decay) w}. */
    void updateAverage(double decay) {
        try (GradientMode frozen = GradientMode.off()) {
            Operators.approach(List.copyOf(average.values()), List.copyOf(current.values()), 1 - decay);
        }
    }

    /** Numbers of one averaged weight, for writing. */
    float[] averaged(String name) {
        return Tensors.floats(average.get(name));
    }

    long[] shape(String name) {
        return Tensors.shape(current.get(name));
    }

    /** How many numbers are trained. */
    long count() {
        return current.values().stream()
                .mapToLong(tensor -> Arrays.stream(Tensors.shape(tensor)).reduce(1, (a, b) -> a * b))
                .sum();
    }

    @Override
    public void close() {
        current.values().forEach(NDArray::close);
        average.values().forEach(NDArray::close);
    }
}
