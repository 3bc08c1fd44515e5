package org.dualanodiff.model.vae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PatchCodecTest {

    private static final int SIDE = 32;

    @TempDir
    private Path folder;

    @Test
    void codec_onPicturesLikeThoseItWasFittedTo_givesThemBackWithLatentsOfUnitVariance() throws IOException {
        try (BaseModel base = fitted();
                GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            float[] picture = smooth(99);
            NDArray latents = base.autoencoder()
                    .encode(Tensors.of(picture, base.device(), 1, 3, SIDE, SIDE))
                    .mean();
            float[] back = Tensors.floats(base.autoencoder().decode(latents));

            assertThat(Tensors.shape(latents)).containsExactly(1, 16, SIDE / 8, SIDE / 8);
            assertThat(meanSquare(Tensors.floats(latents))).isBetween(0.3, 3.0);
            assertThat(error(back, picture)).isLessThan(1e-3 * meanSquare(picture));
        }
    }

    @Test
    void codec_onMidGrey_givesLatentZero() throws IOException {
        try (BaseModel base = fitted();
                GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray grey = Tensors.of(new float[3 * SIDE * SIDE], base.device(), 1, 3, SIDE, SIDE);
            Autoencoder.Posterior posterior = base.autoencoder().encode(grey);
            assertThat(Tensors.floats(posterior.mean())).containsOnly(0);
            assertThat(meanSquare(Tensors.floats(posterior.standardDeviation())))
                    .isLessThan(1e-12);
        }
    }

    @Test
    void fit_withoutAnyPicture_isRefused() {
        PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
        assertThatThrownBy(fit::weights)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("none");
    }

    @Test
    void config_withARefinementThatDoesNotFitItsPatches_isRefused() {
        JsonObject json =
                RandomModel.smallCodec().refined(List.of(8, 8, 8, 8, 8)).toJson();
        assertThatThrownBy(() -> Autoencoder.Config.fromJson(json, "vae/config.json"))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("vae/config.json")
                .hasMessageContaining("refinement_channels")
                .hasMessageContaining("patch size 8");
    }

    @Test
    void config_writtenAndRead_isTheSame() {
        PatchCodec.Config refined = RandomModel.smallCodec().refined(List.of(16, 32));
        assertThat(Autoencoder.Config.fromJson(refined.toJson(), "config.json")).isEqualTo(refined);
    }

    private BaseModel fitted() throws IOException {
        PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
        for (int i = 0; i < 50; i++) {
            fit.add(smooth(i), SIDE);
        }
        RandomModel.writeSmall(folder, List.of("a"), fit.weights(), 1);
        return BaseModel.load(ModelDirectory.open(folder), Compute.CPU);
    }

    /** A plane of some color and slope: within the reach of eight components. */
    private static float[] smooth(int index) {
        float[] random = NoiseSource.gaussian(5, "smooth", Integer.toString(index));
        float[] pixels = new float[3 * SIDE * SIDE];
        for (int i = 0; i < pixels.length; i++) {
            int channel = i / (SIDE * SIDE);
            pixels[i] = 0.3f * random[channel]
                    + 0.01f * random[3] * (i % SIDE - 16)
                    + 0.01f * random[4] * (i / SIDE % SIDE - 16);
        }
        return pixels;
    }

    private static double meanSquare(float[] values) {
        return error(values, new float[values.length]);
    }

    private static double error(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return sum / a.length;
    }
}
