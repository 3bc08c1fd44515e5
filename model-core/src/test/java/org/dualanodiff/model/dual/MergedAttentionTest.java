package org.dualanodiff.model.dual;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MergedAttentionTest {

    private static final int WIDTH = 32;
    private static final int CONTEXT = 64;

    /** A quarter of half a step of bf16 between 1 and 2, where all weights are. */
    private static final float DELTA = 1f / 1024;

    @TempDir
    private Path folder;

    private WeightSource source;
    private double meanKey;

    @BeforeEach
    void writeWeights() throws IOException {
        Random random = new Random(1);
        Map<String, TensorData> file = new HashMap<>();
        file.put("to_q.weight", weight(random, WIDTH, WIDTH));
        file.put("to_k.weight", weight(random, WIDTH, CONTEXT));
        file.put("to_v.weight", weight(random, WIDTH, CONTEXT));
        file.put("to_out.0.weight", weight(random, WIDTH, WIDTH));
        file.put("to_out.0.bias", weight(random, WIDTH));
        Path path = folder.resolve("weights.safetensors");
        SafetensorsWriter.write(path, file, Map.of());
        source = WeightSource.open(path);
        meanKey = mean(source.floats("to_k.weight"));
    }

    @Test
    void deltasBelowHalfAStepOfBf16_stayInTheMeanOfTheMergedWeights() {
        assertThat(mean(keys(Precision.BF16, false)) - meanKey).isCloseTo(DELTA, within(DELTA / 5.0));
    }

    @Test
    void weightsThatAreHeld_areMergedAsThoseThatAreNot() {
        for (Precision precision : Precision.values()) {
            assertThat(keys(precision, true)).isEqualTo(keys(precision, false));
        }
    }

    /** The merged weights of the keys: those of the unit vectors. */
    private float[] keys(Precision precision, boolean held) {
        try (Weights weights = Weights.of(source, Device.cpu(), precision);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            Attention attention = Attention.load(weights, true, WIDTH, CONTEXT, 1);
            if (held) {
                attention.projections();
            }
            float[] units = new float[Branch.COUNT * CONTEXT * CONTEXT];
            for (int i = 0; i < Branch.COUNT * CONTEXT; i++) {
                units[i * CONTEXT + i % CONTEXT] = 1;
            }
            NDArray text = Operators.cast(Tensors.of(units, Device.cpu(), Branch.COUNT, CONTEXT, CONTEXT), precision);
            try (MergedAttention merged = new MergedAttention(
                    attention, AdaptedAttention.of(adapter(), Optional.empty()), Optional.empty(), precision)) {
                return Tensors.floats(merged.keysAndValues(text)[0]);
            }
        }
    }

    /** LoRA that adds the same to every weight, and no SAIM. */
    private static AdapterTensors adapter() {
        SortedMap<String, NDArray> tensors = new TreeMap<>();
        for (String projection : new String[] {"to_q", "to_k", "to_v", "to_out"}) {
            int in = projection.equals("to_k") || projection.equals("to_v") ? CONTEXT : WIDTH;
            for (int f = 0; f < Branch.COUNT; f++) {
                tensors.put(projection + "_lora." + f + ".down.weight", all(1, 1, in));
                tensors.put(projection + "_lora." + f + ".up.weight", all(DELTA, WIDTH, 1));
            }
        }
        for (String part : new String[] {"n", "i", "q", "k", "v", "o"}) {
            String name = SelfAttentionInteraction.PREFIX + part;
            tensors.put(name + ".weight", part.equals("n") ? all(1, WIDTH) : all(0, WIDTH, WIDTH));
            tensors.put(name + ".bias", all(0, WIDTH));
        }
        return new AdapterTensors(tensors, "");
    }

    private static NDArray all(float value, long... shape) {
        float[] values = new float[count(shape)];
        Arrays.fill(values, value);
        return Tensors.of(values, Device.cpu(), shape);
    }

    private static TensorData weight(Random random, long... shape) {
        float[] values = new float[count(shape)];
        for (int i = 0; i < values.length; i++) {
            values[i] = 1 + 0.9f * random.nextFloat();
        }
        return TensorData.of(DType.F32, shape, () -> values);
    }

    private static int count(long... shape) {
        return (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
