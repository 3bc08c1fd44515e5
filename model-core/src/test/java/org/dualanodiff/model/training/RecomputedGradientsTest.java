package org.dualanodiff.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.model.golden.Closeness.maxDifference;
import static org.dualanodiff.model.golden.Closeness.relativeError;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.parity.ParityBatches;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualObjective.Gradients;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recomputing activations changes memory, not numbers. */
@Tag("parity")
class RecomputedGradientsTest {

    private static final BaseModel BASE = Golden.base();

    @ParameterizedTest
    @ValueSource(strings = {"dual", "bcm"})
    void gradients_recomputed_areReleasedOnes(String variant) {
        GoldenTensors recorded = Golden.tensors(variant + "/forward.safetensors");
        GoldenTensors golden = Golden.tensors(variant + "/grads.safetensors");
        try (DualAdapter adapter = AdapterFile.read(Golden.path(variant + "/pytorch_lora_weights.safetensors"), BASE);
                GradientMode mode = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            List<String> keys = adapter.trainedKeys(Ablation.NONE);
            List<NDArray> parameters = keys.stream()
                    .map(key -> Tensors.trainable(adapter.tensors().get(key)))
                    .toList();
            Gradients gradients = new RecomputedGradients(BASE, adapter, keys, parameters)
                    .of(ParityBatches.forward(recorded), ParityBatches.tokens(recorded));
            assertThat(relativeError(
                            new float[] {
                                (float) Operators.item(gradients.losses().get(0))
                            },
                            recorded.floats("loss")))
                    .isLessThan(1e-5);
            for (String key : golden.names()) {
                float[] actual = Tensors.floats(gradients.byParameter().get(keys.indexOf(key)));
                if (key.endsWith("temporal_k.bias")) {
                    assertThat(maxDifference(actual, golden.floats(key)))
                            .as(key)
                            .isLessThan(1e-7);
                } else {
                    assertThat(relativeError(actual, golden.floats(key)))
                            .as(key)
                            .isLessThan(2e-4);
                }
            }
        }
    }
}
