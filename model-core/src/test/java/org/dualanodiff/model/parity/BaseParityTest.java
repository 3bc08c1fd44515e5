package org.dualanodiff.model.parity;

import static org.dualanodiff.model.golden.Closeness.assertClose;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.text.ClipTextEncoder;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.vae.Autoencoder;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The frozen base against the numbers of the released implementation. */
@Tag("parity")
class BaseParityTest {

    private static final double TOLERANCE = 1e-5;

    private static final BaseModel BASE = Golden.base();

    @Test
    void textEncoder_onGoldenPrompts_givesReleasedStates() {
        GoldenTensors golden = Golden.tensors("text.safetensors");
        long[] shape = golden.shape("last_hidden_state");
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            long[] ids = Arrays.copyOf(golden.longs("input_ids"), (int) (shape[0] * shape[1]));
            NDArray states = BASE.textEncoder()
                    .forward(
                            Tensors.of(ids, Device.cpu(), shape[0], shape[1]),
                            ClipTextEncoder.ProjectionAdapter.NONE,
                            (i, h) -> assertClose("input of layer " + i, h, golden, "hidden_state." + i, TOLERANCE));
            assertClose("text states", states, golden, "last_hidden_state", TOLERANCE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "b"})
    void unet_withoutAdapter_givesReleasedFeaturesAndNoise(String name) {
        GoldenTensors golden = Golden.tensors("unet.safetensors");
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray noise = BASE.unet()
                    .forward(
                            golden.tensor(name + ".sample"),
                            golden.longTensor(name + ".timesteps"),
                            golden.tensor(name + ".encoder_hidden_states"),
                            AttentionProcessor.PLAIN,
                            (feature, h) -> assertFeature(golden, name + "." + feature, h));
            assertClose("noise", noise, golden, name + ".output", TOLERANCE);
        }
    }

    private static void assertFeature(GoldenTensors golden, String key, NDArray features) {
        if (golden.has(key)) {
            assertClose(key, features, golden, key, TOLERANCE);
        }
    }

    @Test
    void autoencoder_encode_givesReleasedPosterior() {
        GoldenTensors golden = Golden.tensors("vae.safetensors");
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            Autoencoder.Posterior posterior = BASE.autoencoder().encode(golden.tensor("image"));
            assertClose("mean", posterior.mean(), golden, "mean", TOLERANCE);
            assertClose("log variance", posterior.logVariance(), golden, "logvar", TOLERANCE);
            NDArray sample = posterior.sample(golden.tensor("posterior_noise"));
            assertClose("sample", sample, golden, "posterior_sample", TOLERANCE);
        }
    }

    @Test
    void autoencoder_decode_givesReleasedPixels() {
        GoldenTensors golden = Golden.tensors("vae.safetensors");
        try (GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            assertClose("pixels", BASE.autoencoder().decode(golden.tensor("latents")), golden, "decoded", TOLERANCE);
        }
    }

    @Test
    void unet_withGradients_givesTheSameNoise() {
        GoldenTensors golden = Golden.tensors("unet.safetensors");
        try (GradientMode mode = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            NDArray latents = Tensors.trainable(Operators.copy(golden.tensor("a.sample")));
            NDArray noise = BASE.unet()
                    .forward(
                            latents,
                            golden.longTensor("a.timesteps"),
                            golden.tensor("a.encoder_hidden_states"),
                            AttentionProcessor.PLAIN);
            assertClose("noise", noise, golden, "a.output", TOLERANCE);
        }
    }
}
