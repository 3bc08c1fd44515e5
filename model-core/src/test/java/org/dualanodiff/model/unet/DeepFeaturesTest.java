package org.dualanodiff.model.unet;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Test;

class DeepFeaturesTest {

    @Test
    void passes_withAnInterval_computeTheDeepPartOncePerInterval() {
        List<Integer> computed = new ArrayList<>();
        run(new DeepFeatures(1), computed, 2, 2, 2, 2, 2);
        assertThat(computed).containsExactly(0, 1, 2, 3, 4);
        computed.clear();
        run(new DeepFeatures(2), computed, 2, 2, 2, 2, 2);
        assertThat(computed).containsExactly(0, 2, 4);
        computed.clear();
        run(new DeepFeatures(3), computed, 2, 2, 2, 2, 2);
        assertThat(computed).containsExactly(0, 3);
    }

    @Test
    void passes_overAnotherNumberOfRows_computeTheirOwn() {
        List<Integer> computed = new ArrayList<>();
        run(new DeepFeatures(4), computed, 2, 2, 4, 4, 2);
        assertThat(computed).containsExactly(0, 2, 4);
    }

    @Test
    void passes_thatReuse_giveTheSameOnTheSameInput() {
        List<float[]> noise = run(new DeepFeatures(2), new ArrayList<>(), 2, 2);
        assertThat(noise.get(1)).isEqualTo(noise.get(0));
    }

    /**
     * Passes over the same latents, of so many rows each.
     *
     * @param computed gets the numbers of the passes that went through the middle
     */
    private static List<float[]> run(DeepFeatures features, List<Integer> computed, int... rows) {
        List<float[]> noise = new ArrayList<>();
        try (BaseModel base = BaseModel.load(Golden.model(), Compute.CPU);
                GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open();
                DeepFeatures deep = features) {
            for (int pass = 0; pass < rows.length; pass++) {
                int number = pass;
                UNet.Listener listener = (name, h) -> {
                    if (name.equals("mid_block")) {
                        computed.add(number);
                    }
                };
                UNetConfig config = base.unet().config();
                NDArray latents = gaussian(rows[pass], config.inChannels(), 8, 8);
                NDArray text = gaussian(1, 3, config.crossAttentionDim());
                NDArray t = Tensors.of(new long[] {500}, base.device(), 1);
                noise.add(Tensors.floats(
                        base.unet().forward(latents, t, text, AttentionProcessor.PLAIN, listener, deep)));
            }
        }
        return noise;
    }

    private static NDArray gaussian(long... shape) {
        int count = 1;
        for (long length : shape) {
            count *= (int) length;
        }
        return Tensors.of(NoiseSource.gaussian(count, "deep"), ai.djl.Device.cpu(), shape);
    }
}
