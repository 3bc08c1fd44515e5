package org.dualanodiff.model.dual;

import static org.dualanodiff.model.golden.Closeness.assertClose;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The inside of the first adapted self-attention against the released numbers: LoRA, SAIM and BCM each alone. */
@Tag("parity")
class AttentionParityTest {

    private static final double TOLERANCE = 1e-5;

    private static final BaseModel BASE = Golden.base();

    static Stream<Arguments> variants() {
        return Stream.of(
                Arguments.of("dual", "inter.down_block.0.attn1."),
                Arguments.of("bcm", "inter.main.down_block.0.attn1."));
    }

    @ParameterizedTest
    @MethodSource("variants")
    void interaction_onAttentionOutput_givesReleasedSum(String variant, String prefix) {
        GoldenTensors golden = Golden.tensors(variant + "/forward.safetensors");
        assumeTrue(golden.has(prefix + "input"), "the set's first block has no attention");
        try (DualAdapter adapter = adapter(variant);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray sum = SelfAttentionInteraction.of(tensors(adapter)).forward(golden.tensor(prefix + "before_saim"));
            assertClose("SAIM", sum, golden, prefix + "output", TOLERANCE);
        }
    }

    @ParameterizedTest
    @MethodSource("variants")
    void attention_onItsInput_givesReleasedOutput(String variant, String prefix) {
        GoldenTensors golden = Golden.tensors(variant + "/forward.safetensors");
        assumeTrue(golden.has(prefix + "input"), "the set's first block has no attention");
        try (DualAdapter adapter = adapter(variant);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray reference =
                    golden.has(prefix + "condition_state") ? golden.tensor(prefix + "condition_state") : null;
            NDArray output = adapter.attentions(List.of(first()))
                    .get(first().path())
                    .both(first(), golden.tensor(prefix + "input"), null, reference);
            assertClose("attention", output, golden, prefix + "output", TOLERANCE);
        }
    }

    private static Attention first() {
        return BASE.unet().attentions().get(0);
    }

    private static AdapterTensors tensors(DualAdapter adapter) {
        return new AdapterTensors(
                adapter.tensors(),
                AdapterLayout.prefix(first(), adapter.layout().background()));
    }

    private static DualAdapter adapter(String variant) {
        return AdapterFile.read(Golden.path(variant + "/pytorch_lora_weights.safetensors"), BASE);
    }
}
