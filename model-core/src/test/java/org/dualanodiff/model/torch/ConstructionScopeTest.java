package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.FailingCall;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.stream.LongStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.pretraining.BaseTrainer;
import org.dualanodiff.model.pretraining.BaseTrainer.PretrainingImages;
import org.dualanodiff.model.pretraining.DecoderTrainer;
import org.dualanodiff.model.pretraining.PretrainingConfig;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.model.sampling.CleanBackgrounds;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.model.vae.PatchCodec;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever call fails while an owner of native memory is made or works, nothing stays on the device. */
class ConstructionScopeTest {

    private static final int SIDE = 32;
    private static final int TRIES = 8;

    private static final BaseModel BASE = Golden.base();
    private static MergedAdapter adapter;

    @BeforeAll
    static void load() {
        adapter = MergedAdapter.read(Golden.path("dual/pytorch_lora_weights.safetensors"), BASE);
    }

    @AfterAll
    static void close() {
        adapter.close();
    }

    @Test
    void unfinished_freesWhatWasDisowned_andFinishedLeavesIt() {
        NDArray lost;
        NDArray kept;
        try (TensorScope scope = TensorScope.open();
                ConstructionScope whole = ConstructionScope.begin()) {
            try (ConstructionScope part = ConstructionScope.begin()) {
                lost = TensorScope.disown(Tensors.of(new float[] {1}, Device.cpu(), 1));
            }
            try (ConstructionScope part = ConstructionScope.begin()) {
                kept = TensorScope.disown(Tensors.of(new float[] {2}, Device.cpu(), 1));
                part.finish();
            }
            whole.finish();
        }
        assertThat(isFreed(lost)).isTrue();
        assertThat(isFreed(kept)).isFalse();
        kept.close();
    }

    @Test
    void part_thatIsFinished_isFreedWithTheWholeThatIsNot() {
        NDArray tensor;
        try (TensorScope scope = TensorScope.open();
                ConstructionScope whole = ConstructionScope.begin()) {
            try (ConstructionScope part = ConstructionScope.begin()) {
                tensor = TensorScope.disown(Tensors.of(new float[] {1}, Device.cpu(), 1));
                part.finish();
            }
        }
        assertThat(isFreed(tensor)).isTrue();
    }

    @Test
    void baseModel_thatFailsToLoad_leavesNothing() throws Exception {
        leavesNothing(() -> BaseModel.load(Golden.model(), new Compute("cpu", Precision.BF16, 2)));
    }

    @Test
    void trainer_thatFailsToBeMade_leavesNothing() throws Exception {
        leavesNothing(() -> trainer(BackgroundMode.OFF, 3));
    }

    @Test
    void trainer_withCompensation_thatFailsToBeMade_leavesNothing() throws Exception {
        leavesNothing(() -> trainer(BackgroundMode.UNSCALED, 1));
    }

    @Test
    void trainingStep_thatFails_leavesNothing() throws Exception {
        for (boolean recompute : new boolean[] {false, true}) {
            try (DualTrainer trainer = trainer(BackgroundMode.UNSCALED, 1, recompute)) {
                leavesNothing(() -> {
                    oneStep(trainer);
                    return () -> {};
                });
            }
        }
    }

    @Test
    void sampler_thatFailsToBeMade_leavesNothing() throws Exception {
        leavesNothing(ConstructionScopeTest::sampler);
    }

    @Test
    void mergedAdapter_thatFailsToBeMade_leavesNothing() throws Exception {
        leavesNothing(() -> MergedAdapter.read(Golden.path("bcm/pytorch_lora_weights.safetensors"), BASE));
    }

    @Test
    void block_thatFails_leavesNothing_andTheNextIsMade() throws Exception {
        try (DualSampler sampler = sampler()) {
            sampler.sampleBlock(new SampleSeries(1, "tile", "crack"), 0);
            leavesNothing(() -> {
                sampler.sampleBlock(new SampleSeries(1, "tile", "crack"), 1);
                return () -> {};
            });
        }
    }

    @Test
    void cleanBackgrounds_thatFailToBeEncoded_leaveNothing() throws Exception {
        leavesNothing(() -> new CleanBackgrounds(BASE, List.of(new float[3 * SIDE * SIDE]), SIDE, false));
    }

    @Test
    void baseTrainer_thatFailsToBeMade_leavesNothing() throws Exception {
        leavesNothing(() -> new BaseTrainer(Golden.model(), new NoImages(), pretraining(2), Compute.CPU));
    }

    @Test
    void decoderTrainer_thatFailsToBeMade_leavesNothing(@TempDir Path folder) throws Exception {
        PatchCodec.Fit fit = new PatchCodec.Fit(RandomModel.smallCodec());
        fit.add(NoiseSource.gaussian(3 * SIDE * SIDE, "picture"), SIDE);
        RandomModel.writeSmall(folder, List.of("a"), fit.weights(), 1);
        ModelDirectory start = ModelDirectory.open(folder);

        leavesNothing(() -> new DecoderTrainer(start, new NoImages(), pretraining(0), Compute.CPU));
    }

    private static PretrainingConfig pretraining(int pairRank) {
        return new PretrainingConfig(1, 2, 1e-3, pairRank, SIDE, 0.9, 100, 1);
    }

    /** None is asked for before the first step. */
    private record NoImages() implements PretrainingImages {

        @Override
        public Captioned image(long index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Pair pair(long index) {
            throw new UnsupportedOperationException();
        }

        @Override
        public PartGround ground() {
            return PartGround.GREY;
        }

        @Override
        public String fingerprint() {
            return "none";
        }
    }

    /** Tries the work with each of some calls failing, from the first to the last. */
    private static void leavesNothing(Callable<AutoCloseable> work) throws Exception {
        long calls;
        try (FailingCall counting = FailingCall.none()) {
            work.call().close();
            calls = counting.calls();
        }
        for (long nth : LongStream.rangeClosed(0, TRIES - 1)
                .map(i -> 1 + i * (calls - 1) / (TRIES - 1))
                .distinct()
                .toArray()) {
            try (LiveArrays live = new LiveArrays();
                    FailingCall failing = new FailingCall(nth)) {
                assertThatThrownBy(() -> work.call().close()).isInstanceOf(OutOfDeviceMemoryException.class);
                assertThat(live.count())
                        .as("left behind when call %d of %d fails", nth, calls)
                        .isZero();
            }
        }
    }

    private static void oneStep(DualTrainer trainer) throws IOException {
        try {
            trainer.train(Path.of("no", "checkpoint"), (step, steps, loss) -> {
                throw new CancellationException();
            });
        } catch (CancellationException made) {
            // One step is enough.
        }
    }

    private static DualSampler sampler() {
        SamplingConfig config = new SamplingConfig(SamplingConfig.Method.PNDM, 2, Guidance.byText(2), 1, 1, SIDE, true);
        return new DualSampler(BASE, adapter, NestedPrompt.RELEASED, "", config);
    }

    private static DualTrainer trainer(BackgroundMode background, double defectWeight) {
        return trainer(background, defectWeight, false);
    }

    private static DualTrainer trainer(BackgroundMode background, double defectWeight, boolean recompute) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(SIDE / 2, SIDE / 2, 0, 255);
        TrainingExample example = background == BackgroundMode.OFF
                ? new TrainingExample("one", image, mask)
                : new TrainingExample("one", image, mask, Optional.of(mask));
        TrainingConfig config = new TrainingConfig(
                1_000,
                1,
                1,
                recompute,
                AdamW.Settings.released(1e-3, 0, 1),
                false,
                defectWeight,
                PartGround.GREY,
                2,
                false,
                background,
                Ablation.NONE,
                SIDE,
                Flip.among(false, false),
                10,
                1);
        return new DualTrainer(BASE, List.of(example), NestedPrompt.RELEASED, config);
    }

    private static boolean isFreed(NDArray tensor) {
        return ((PtNDArray) tensor).isReleased();
    }
}
