package org.dualanodiff.model.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.parity.ParityBatches;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualObjective.Gradients;
import org.junit.jupiter.api.Test;

/** How far a bf16 base moves loss and gradients from the released fp32 numbers; docs/decisions.md states the figures. */
class PrecisionTest {

    @Test
    void bf16Base_onRecordedBatch_keepsLossAndDirectionOfGradients() {
        GoldenTensors recorded = Golden.tensors("dual/forward.safetensors");
        GoldenTensors golden = Golden.tensors("dual/grads.safetensors");
        try (BaseModel base = BaseModel.load(Golden.model(), new Compute("cpu", Precision.BF16, 2));
                DualAdapter adapter = AdapterFile.read(Golden.path("dual/pytorch_lora_weights.safetensors"), base);
                GradientMode mode = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            List<String> keys = adapter.trainedKeys(Ablation.NONE);
            List<NDArray> parameters = keys.stream()
                    .map(key -> Tensors.trainable(adapter.tensors().get(key)))
                    .toList();
            Gradients gradients = new DualObjective(base, adapter)
                    .gradients(ParityBatches.forward(recorded), ParityBatches.tokens(recorded), parameters);

            double lossError = Math.abs(Operators.item(gradients.losses().get(0)) / recorded.floats("loss")[0] - 1);
            double cosine = cosine(gradients, keys, golden);
            System.out.printf("bf16 base: loss error %.5f, cosine of gradients %.5f%n", lossError, cosine);
            assertThat(lossError).isLessThan(0.01);
            assertThat(cosine).isGreaterThan(0.99);
        }
    }

    private static double cosine(Gradients actual, List<String> keys, GoldenTensors golden) {
        double dot = 0;
        double norm = 0;
        double expectedNorm = 0;
        for (String key : golden.names()) {
            float[] a = Tensors.floats(actual.byParameter().get(keys.indexOf(key)));
            float[] b = golden.floats(key);
            for (int i = 0; i < a.length; i++) {
                dot += (double) a[i] * b[i];
                norm += (double) a[i] * a[i];
                expectedNorm += (double) b[i] * b[i];
            }
        }
        return dot / Math.sqrt(norm * expectedNorm);
    }
}
