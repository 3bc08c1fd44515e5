package org.dualanodiff.model.pretraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.vae.PatchCodec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DecoderTrainerTest {

    private static final int SIDE = 32;
    private static final int STEPS = 80;
    private static final long UNSEEN = 1_000_003;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static ModelDirectory start;
    private static Path trained;

    @BeforeAll
    static void trainDecoder() throws IOException {
        PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
        for (int i = 0; i < 200; i++) {
            fit.add(new Waves().image(i).pixels(), SIDE);
        }
        RandomModel.writeSmall(shared.resolve("start"), List.of("a", "wave"), fit.weights(), 3);
        start = ModelDirectory.open(shared.resolve("start"));
        trained = train(shared.resolve("trained"), shared.resolve("state"), STEPS);
    }

    /** Waves of any direction and length: more kinds of patches than a codec of sixteen components can keep. */
    private static final class Waves implements PretrainingImages {

        @Override
        public String fingerprint() {
            return "waves";
        }

        @Override
        public PartGround ground() {
            return PartGround.GREY;
        }

        @Override
        public Captioned image(long index) {
            float[] random = NoiseSource.gaussian(3, "waves", Long.toString(index));
            float[] pixels = new float[3 * SIDE * SIDE];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) (0.6
                        * Math.sin(0.5 * random[0] * (i % SIDE) + 0.5 * random[1] * (i / SIDE % SIDE) + random[2]));
            }
            return new Captioned(pixels, "a wave");
        }

        @Override
        public Pair pair(long index) {
            float[] anomaly = image(index).pixels().clone();
            Arrays.fill(anomaly, 0, anomaly.length / 2, 0);
            return new Pair(image(index).pixels(), anomaly, new NestedPrompt("a wave", "a wave"));
        }
    }

    @Test
    void decoder_trainedOnPicturesOfAKind_isCloserToUnseenOnesThanThePatchesAlone() {
        assertThat(error(trained)).isLessThan(0.97 * error(start.root()));
    }

    @Test
    void decoder_trained_leavesAllElseOfTheBase() {
        for (String file : List.of(
                "unet/diffusion_pytorch_model.safetensors",
                "text_encoder/model.safetensors",
                "tokenizer/vocab.json",
                "scheduler/scheduler_config.json")) {
            assertThat(trained.resolve(file))
                    .hasSameBinaryContentAs(start.root().resolve(file));
        }
        assertThat(latents(trained)).containsExactly(latents(start.root()));
    }

    @Test
    void decoder_stoppedAndResumed_endsWithTheWeightsOfOneStraightRun() throws IOException {
        train(folder.resolve("half"), folder.resolve("state"), STEPS / 2);
        Path resumed = train(folder.resolve("half"), folder.resolve("state"), STEPS);

        assertThat(resumed.resolve("vae/diffusion_pytorch_model.safetensors"))
                .hasSameBinaryContentAs(trained.resolve("vae/diffusion_pytorch_model.safetensors"));
    }

    @Test
    void decoder_ofABaseThatHasOne_isTrainedOn() throws IOException {
        PretrainingConfig config = new PretrainingConfig(1, 4, 1e-9, 0, SIDE, 0.9, 100, 1);
        try (DecoderTrainer trainer =
                new DecoderTrainer(ModelDirectory.open(trained), new Waves(), config, Compute.CPU)) {
            trainer.train(folder.resolve("state"), BaseTrainerTest.listener(1, new ArrayList<>()));
            trainer.write(folder.resolve("more"), DType.F32, Map.of());
        }
        assertThat(error(folder.resolve("more"))).isBetween(0.999 * error(trained), 1.001 * error(trained));
    }

    @Test
    void decoder_ofAKlAutoencoder_isRefused() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);
        ModelDirectory other = ModelDirectory.open(folder);
        assertThatThrownBy(() -> new DecoderTrainer(other, new Waves(), config(), Compute.CPU))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("PatchCodec");
    }

    private static Path train(Path model, Path state, int until) throws IOException {
        try (DecoderTrainer trainer = new DecoderTrainer(start, new Waves(), config(), Compute.CPU)) {
            trainer.train(state, BaseTrainerTest.listener(until, new ArrayList<>()));
            trainer.write(model, DType.F32, Map.of());
        }
        return model;
    }

    private static PretrainingConfig config() {
        return new PretrainingConfig(STEPS, 4, 4e-3, 0, SIDE, 0.9, 100, 1);
    }

    /** Mean squared error of pictures that no training has seen. */
    private static double error(Path model) {
        try (BaseModel base = BaseModel.load(ModelDirectory.open(model), Compute.CPU);
                GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray pictures = unseen(base);
            NDArray decoded = base.autoencoder()
                    .decode(base.autoencoder().encode(pictures).mean());
            return Operators.item(Operators.meanSquaredError(decoded, pictures));
        }
    }

    private static float[] latents(Path model) {
        try (BaseModel base = BaseModel.load(ModelDirectory.open(model), Compute.CPU);
                GradientMode frozen = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            return Tensors.floats(base.autoencoder().encode(unseen(base)).mean());
        }
    }

    private static NDArray unseen(BaseModel base) {
        int rows = 4;
        float[] pixels = new float[rows * 3 * SIDE * SIDE];
        for (int row = 0; row < rows; row++) {
            float[] one = new Waves().image(UNSEEN + row).pixels();
            System.arraycopy(one, 0, pixels, row * one.length, one.length);
        }
        return Tensors.of(pixels, base.device(), rows, 3, SIDE, SIDE);
    }
}
