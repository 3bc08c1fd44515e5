package org.dualanodiff.model.pretraining;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.model.vae.PatchCodec;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class BaseTrainerTest {

    private static final int SIDE = 32;
    private static final int RANK = 2;

    @TempDir
    private static Path shared;

    @TempDir
    private Path folder;

    private static ModelDirectory start;
    private static Path trained;

    @BeforeAll
    static void writeStart() throws IOException {
        PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
        for (int i = 0; i < 20; i++) {
            fit.add(new Stripes(PartGround.GREY).image(i).pixels(), SIDE);
            fit.add(new Stripes(PartGround.GREY).pair(i).image(), SIDE);
            fit.add(new Stripes(PartGround.GREY).pair(i).anomaly(), SIDE);
        }
        RandomModel.writeSmall(shared, List.of("a", "stripe", "with", "dot"), fit.weights(), 3);
        start = ModelDirectory.open(shared);
        trained = train(shared.resolve("trained"), shared.resolve("state"), 5, 5);
    }

    /** Striped pictures with a bright square for a defect. */
    record Stripes(PartGround ground) implements PretrainingImages {

        @Override
        public String fingerprint() {
            return "stripes";
        }

        @Override
        public PretrainingImages.Captioned image(long index) {
            float[] pixels = new float[3 * SIDE * SIDE];
            double slope = 0.3 + index % 5 * 0.1;
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) (0.6 * Math.sin(slope * (i % SIDE) + index));
            }
            return new PretrainingImages.Captioned(pixels, "a stripe");
        }

        @Override
        public Pair pair(long index) {
            float[] image = image(index).pixels();
            float[] anomaly = ground.picture(SIDE);
            int corner = (int) (index * 5 % 20);
            for (int i = 0; i < image.length; i++) {
                int x = i % SIDE - corner;
                int y = i / SIDE % SIDE - 8;
                if (x >= 0 && x < 8 && y >= 0 && y < 8) {
                    image[i] = 0.9f;
                    anomaly[i] = 0.9f;
                }
            }
            return new Pair(image, anomaly, new NestedPrompt("a stripe with dot", "dot"));
        }
    }

    @Test
    void trainer_stoppedAndResumed_endsWithTheWeightsOfOneStraightRun() throws IOException {
        train(folder.resolve("half"), folder.resolve("half.state"), 5, 3);
        Path resumed = train(folder.resolve("half"), folder.resolve("half.state"), 5, 5);

        for (String file : List.of(
                "unet/diffusion_pytorch_model.safetensors",
                "text_encoder/model.safetensors",
                ModelDirectory.STARTING_ADAPTER)) {
            assertThat(resumed.resolve(file)).hasSameBinaryContentAs(trained.resolve(file));
        }
    }

    @Test
    void trainer_resumedWithOtherSettings_isRefused() throws IOException {
        assertThatThrownBy(() -> train(folder.resolve("model"), shared.resolve("state"), 6, 6))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("other settings");
    }

    @Test
    void loss_ofAStepWhoseGradientsOverflow_isNoNumber() {
        try (TensorScope scope = TensorScope.open()) {
            NDArray loss = Tensors.of(new float[] {0.5f}, Device.cpu(), 1);
            NDArray norm = Tensors.of(new float[] {3}, Device.cpu(), 1);
            NDArray infinite = Tensors.of(new float[] {Float.POSITIVE_INFINITY}, Device.cpu(), 1);

            assertThat(PretrainingState.lossOf(loss, norm)).isEqualTo(0.5);
            assertThat(PretrainingState.lossOf(loss, infinite)).isNaN();
        }
    }

    @Test
    void base_writtenOverOneWithAStartingAdapter_keepsNone() throws IOException {
        Path model = train(folder.resolve("model"), folder.resolve("pairs.state"), 1, 1);
        assertThat(model.resolve(ModelDirectory.STARTING_ADAPTER)).exists();
        PretrainingConfig alone = new PretrainingConfig(1, 2, 2e-3, 0, SIDE, 0.9, 100, 1);
        try (BaseTrainer trainer = new BaseTrainer(start, new Stripes(PartGround.GREY), alone, Compute.CPU)) {
            trainer.write(model, DType.F32, Map.of());
        }
        assertThat(model.resolve(ModelDirectory.STARTING_ADAPTER)).doesNotExist();
    }

    @Test
    void trainer_onAFewPictures_lowersTheLoss() throws IOException {
        List<Double> losses = new ArrayList<>();
        try (BaseTrainer trainer = new BaseTrainer(start, new Stripes(PartGround.GREY), config(60), Compute.CPU)) {
            trainer.train(folder.resolve("state"), listener(60, losses));
        }
        assertThat(mean(losses.subList(50, 60))).isLessThan(0.8 * mean(losses.subList(0, 10)));
    }

    @Test
    void adapter_ofWarmStart_beginsAsTheBasesStartingAdapter() throws IOException {
        try (BaseModel base = BaseModel.load(ModelDirectory.open(trained), Compute.CPU);
                DualAdapter starting = AdapterFile.read(base.startingAdapter().orElseThrow(), base);
                DualTrainer trainer = new DualTrainer(
                        base, List.of(example()), new NestedPrompt("a stripe with dot", "dot"), adapter(RANK))) {
            DualAdapter first = trainer.train(folder.resolve("none"), (step, steps, loss) -> {});
            assertThat(first.trainedKeys(Ablation.NONE))
                    .isNotEmpty()
                    .allSatisfy(key -> assertThat(first.values(key)).containsExactly(starting.values(key)));
        }
    }

    @ParameterizedTest
    @CsvSource({"true, false", "false, true", "true, true"})
    void adapter_ofWarmStart_takesAllThatFits_whicheverHasCompensation(boolean given, boolean wanted) {
        try (BaseModel base = BaseModel.load(start, Compute.CPU);
                DualAdapter starting = DualAdapter.initialize(AdapterLayout.of(base, RANK, given), 1, base.device());
                DualAdapter first = DualAdapter.initialize(AdapterLayout.of(base, RANK, wanted), 2, base.device())) {
            first.startFrom(starting);

            Map<String, float[]> values = new TreeMap<>();
            starting.tensors().keySet().forEach(key -> values.put(uncompensated(key), starting.values(key)));
            assertThat(first.tensors().keySet().stream()
                            .filter(key -> values.containsKey(uncompensated(key)))
                            .toList())
                    .anyMatch(key -> key.contains(".attn1."))
                    .allSatisfy(key -> assertThat(first.values(key)).containsExactly(values.get(uncompensated(key))));
        }
    }

    private static String uncompensated(String key) {
        return key.replace("chained_proc.", "");
    }

    @Test
    void startingAdapter_withBackgroundCompensation_isRefused() throws IOException {
        Path model = train(folder.resolve("model"), folder.resolve("pairs.state"), 1, 1);
        Path file = model.resolve(ModelDirectory.STARTING_ADAPTER);
        ModelDirectory compensated = ModelDirectory.open(model);
        try (BaseModel base = BaseModel.load(compensated, Compute.CPU);
                DualAdapter adapter = DualAdapter.initialize(AdapterLayout.of(base, RANK, true), 1, base.device())) {
            AdapterFile.write(adapter, file, Map.of());
        }

        assertThatThrownBy(() -> new BaseTrainer(compensated, new Stripes(PartGround.GREY), config(1), Compute.CPU))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(file.toString(), "background compensation");
    }

    @Test
    void adapter_ofAnotherRankThanTheStartingOne_isRefused() throws IOException {
        try (BaseModel base = BaseModel.load(ModelDirectory.open(trained), Compute.CPU)) {
            assertThatThrownBy(() -> new DualTrainer(
                            base, List.of(example()), new NestedPrompt("a stripe with dot", "dot"), adapter(RANK + 1)))
                    .hasMessageContaining("training.rank = 2");
        }
    }

    @Test
    void sampler_ofATrainedBase_givesAPictureACaption() throws IOException {
        try (BaseModel base = BaseModel.load(ModelDirectory.open(trained), Compute.CPU)) {
            CaptionSampler sampler = new CaptionSampler(base, SIDE, 3, 2);
            assertThat(sampler.sample(List.of("a stripe", "dot", ""), 1))
                    .hasSize(3)
                    .allSatisfy(image -> assertThat(image.getWidth()).isEqualTo(SIDE));
        }
    }

    private static TrainingExample example() {
        PretrainingImages.Pair pair = new Stripes(PartGround.GREY).pair(1);
        return new TrainingExample(
                "one",
                Image.ofSigned(pair.image(), SIDE, SIDE).buffered(),
                Image.ofSigned(pair.anomaly(), SIDE, SIDE).buffered(),
                Optional.empty());
    }

    /** No step at all. */
    private static TrainingConfig adapter(int rank) {
        return new TrainingConfig(
                0,
                1,
                1,
                false,
                AdamW.Settings.released(1e-3, 1e-2, 1),
                false,
                1,
                PartGround.GREY,
                rank,
                true,
                BackgroundMode.OFF,
                Ablation.NONE,
                SIDE,
                Flip.among(false, false),
                10,
                1);
    }

    private static Path train(Path model, Path state, int steps, int until) throws IOException {
        try (BaseTrainer trainer = new BaseTrainer(start, new Stripes(PartGround.GREY), config(steps), Compute.CPU)) {
            assertThat(trainer.train(state, listener(until, new ArrayList<>()))).isEqualTo(until);
            trainer.write(model, DType.F32, Map.of());
        }
        return model;
    }

    private static PretrainingConfig config(int steps) {
        return new PretrainingConfig(steps, 2, 2e-3, RANK, SIDE, 0.9, 100, 1);
    }

    static Pretraining.Listener listener(int until, List<Double> losses) {
        return new Pretraining.Listener() {
            private int made;

            @Override
            public void afterStep(int step, int steps, double loss) {
                made = step;
                losses.add(loss);
            }

            @Override
            public void afterCheckpoint(int step) {}

            @Override
            public boolean shouldStop() {
                return made >= until;
            }
        };
    }

    private static double mean(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).average().orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(strings = {"grey", "#5353ac"})
    void batch_ofPairsOnAGround_weighsTheDefect(String color) {
        PartGround ground = PartGround.parse(color);
        PretrainingBatch batch = PretrainingBatch.of(2, new Stripes(ground), config(4), 1000, 1);
        float[] weights = batch.weights(SIDE, 4, ground);
        assertThat(batch.pairs()).isTrue();
        float[] sorted = weights.clone();
        Arrays.sort(sorted);
        assertThat(sorted[sorted.length - 1]).isEqualTo(4 * sorted[0]);
    }
}
