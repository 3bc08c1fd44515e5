package org.dualanodiff.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.SafetensorsWriter;
import org.dualanodiff.model.checkpoint.TensorData;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class DualTrainerTest {

    private static final int RESOLUTION = 32;
    private static final int STEPS = 4;

    private static final List<Integer> CHECKPOINTS = new ArrayList<>();

    @TempDir
    private static Path shared;

    private static BaseModel base;
    private static Map<String, float[]> straight;

    @TempDir
    private Path folder;

    @BeforeAll
    static void trainStraight() throws IOException {
        base = BaseModel.load(Golden.model(), Compute.CPU);
        straight = train(STEPS, straightState(), new TrainingListener() {
            @Override
            public void afterStep(int step, int steps, double loss) {}

            @Override
            public boolean wantsCheckpoint(int step) {
                return step == 1 || step == STEPS;
            }

            @Override
            public void afterCheckpoint(int step, Path state) {
                CHECKPOINTS.add(step);
            }
        });
    }

    private static Path straightState() {
        return shared.resolve("straight");
    }

    @AfterAll
    static void close() {
        base.close();
    }

    @Test
    void trainer_stoppedAndResumed_endsWithTheWeightsOfOneStraightRun() throws IOException {
        Path checkpoint = folder.resolve("resumed");
        train(STEPS - 1, checkpoint, TrainingListener.NONE);
        assertThat(checkpoint).exists();
        List<Integer> steps = new ArrayList<>();
        Map<String, float[]> resumed = train(STEPS, checkpoint, (step, all, loss) -> steps.add(step));
        assertThat(steps).containsExactly(3, 4);
        assertThat(resumed.keySet()).isEqualTo(straight.keySet());
        straight.forEach((key, values) -> assertThat(resumed.get(key)).as(key).isEqualTo(values));
    }

    @Test
    void trainer_whoseListenerWantsCheckpoints_makesThemBesideTheUsualOnes() {
        assertThat(CHECKPOINTS).as("none after the last step").containsExactly(1, 2);
    }

    @Test
    void trainer_afterEachStep_tellsItsGradientNormAndLearningRate() throws IOException {
        List<Double> norms = new ArrayList<>();
        try (DualTrainer trainer = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config(3, 1e-3))) {
            assertThat(trainer.gradientNorm()).isNaN();
            trainer.train(folder.resolve("state"), (step, steps, loss) -> {
                norms.add(trainer.gradientNorm());
                assertThat(trainer.learningRate()).isEqualTo(1e-3);
            });
        }
        assertThat(norms).doesNotHaveDuplicates().hasSize(3).allMatch(norm -> norm > 0 && norm < 1e6);
    }

    @Test
    void trainer_twoAtOnceInOneJvm_eachGivesTheWeightsItGivesAlone() throws Exception {
        Map<String, float[]> alone = train(2, folder.resolve("alone"), TrainingListener.NONE);
        ExecutorService pool = Executors.newFixedThreadPool(2);
        try {
            List<Callable<Map<String, float[]>>> both = List.of(
                    () -> train(2, folder.resolve("first"), TrainingListener.NONE),
                    () -> train(2, folder.resolve("second"), TrainingListener.NONE));
            for (Future<Map<String, float[]>> result : pool.invokeAll(both)) {
                Map<String, float[]> weights = result.get();
                alone.forEach(
                        (key, values) -> assertThat(weights.get(key)).as(key).isEqualTo(values));
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void trainer_onFewImages_lowersTheLossOfAFixedBatch() throws IOException {
        try (DualTrainer trainer = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config(12, 3e-3))) {
            double before = trainer.evaluate(1_000);
            trainer.train(folder.resolve("state"), TrainingListener.NONE);
            assertThat(trainer.evaluate(1_000)).isLessThan(0.98 * before);
            assertThat(trainer.losses().values()).hasSize(12);
        }
    }

    @Test
    void trainer_resumedWithOtherSettings_isRefused() throws IOException {
        try (DualTrainer other = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config(STEPS, 5e-4))) {
            assertThatThrownBy(() -> other.train(straightState(), TrainingListener.NONE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("other settings")
                    .hasMessageContaining("5.0E-4");
        }
    }

    @Test
    void trainer_resumedFromAStateOfAnotherBase_isRefused() throws IOException {
        SafetensorsFile saved = SafetensorsFile.open(straightState());
        String transposed = "adapter." + straight.keySet().iterator().next();
        Map<String, TensorData> tensors = new TreeMap<>();
        saved.tensors().forEach((name, info) -> {
            long[] shape = info.shape();
            long[] other = name.equals(transposed) ? new long[] {shape[1], shape[0]} : shape;
            tensors.put(name, new TensorData(info.dtype(), other, () -> saved.map(name)));
        });
        Path checkpoint = folder.resolve("state");
        SafetensorsWriter.write(checkpoint, tensors, saved.metadata());

        try (DualTrainer trainer = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config(STEPS, 1e-3))) {
            assertThat(trainer.canResume(straightState())).isTrue();
            assertThat(trainer.canResume(checkpoint)).isFalse();
            assertThatThrownBy(() -> trainer.train(checkpoint, TrainingListener.NONE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll(checkpoint.toString(), "another base", transposed);
        }
    }

    @Test
    void trainer_resumedFromADamagedFile_saysSo() throws IOException {
        Path checkpoint = folder.resolve("state");
        Files.writeString(checkpoint, "not a checkpoint at all");
        try (DualTrainer trainer = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config(STEPS, 1e-3))) {
            assertThatThrownBy(() -> trainer.train(checkpoint, TrainingListener.NONE))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining(checkpoint.toString());
        }
    }

    @Test
    void trainer_withoutImages_isRefused() {
        assertThatThrownBy(() -> new DualTrainer(base, List.of(), NestedPrompt.RELEASED, config(STEPS, 1e-3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one training image");
    }

    @Test
    void trainer_withMicroBatchesAndRecomputation_learnsTheSame() throws IOException {
        TrainingConfig plain = config(2, 1e-3);
        TrainingConfig frugal = new TrainingConfig(
                2,
                2,
                1,
                true,
                AdamW.Settings.released(1e-3, 1e-2, 1),
                false,
                1,
                PartGround.GREY,
                4,
                false,
                BackgroundMode.OFF,
                Ablation.NONE,
                RESOLUTION,
                Flip.among(true, true),
                2,
                7);
        double[] losses = losses(plain);
        double[] frugalLosses = losses(frugal);
        for (int i = 0; i < losses.length; i++) {
            assertThat(frugalLosses[i]).isCloseTo(losses[i], within(1e-4));
        }
    }

    @Test
    void trainer_thatChoosesItsMicroBatch_tellsIt_andOnACpuTakesTheWholeBatch() {
        TrainingConfig config = config(2, 1e-3);
        try (DualTrainer given = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config.inParts(1));
                DualTrainer chosen = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config.inParts(0))) {
            assertThat(given.pairsAtOnce()).isEqualTo(1);
            assertThat(chosen.pairsAtOnce()).isEqualTo(config.batchSize());
        }
    }

    @Test
    void trainer_withBackgroundCompensation_learnsItsTensorsAndNeedsObjectMasks() throws IOException {
        TrainingConfig config = new TrainingConfig(
                2,
                2,
                2,
                false,
                AdamW.Settings.released(1e-3, 1e-2, 1),
                false,
                1,
                PartGround.GREY,
                4,
                false,
                BackgroundMode.UNSCALED,
                Ablation.NONE,
                RESOLUTION,
                Flip.among(false, false),
                2,
                7);
        List<TrainingExample> withObjects = examples().stream()
                .map(e -> new TrainingExample(e.name(), e.image(), e.mask(), Optional.of(e.mask())))
                .toList();
        try (DualTrainer trainer = new DualTrainer(base, withObjects, NestedPrompt.RELEASED, config)) {
            DualAdapter adapter = trainer.train(folder.resolve("state"), TrainingListener.NONE);
            List<String> shares = adapter.tensors().keySet().stream()
                    .filter(key -> key.endsWith("attn1.processor.chained_proc.temporal_a"))
                    .toList();
            assertThat(shares).isNotEmpty();
            assertThat(shares)
                    .anySatisfy(key -> assertThat(adapter.values(key)[0]).isNotZero());
        }
        assertThatThrownBy(() -> new DualTrainer(base, examples(), NestedPrompt.RELEASED, config))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("spot 0 has none");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trainer_withoutInteraction_neverLetsTheBranchesHearOfOneAnother(boolean recompute) throws IOException {
        try (DualTrainer trainer = trainer(new Ablation(true, false), recompute)) {
            DualAdapter adapter = trainer.train(folder.resolve("state"), TrainingListener.NONE);
            assertThat(values(adapter, ".temporal_o.")).isNotEmpty().containsOnly(0f);
            assertThat(values(adapter, "_lora.1.up.")).anyMatch(value -> value != 0);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void trainer_withASharedLora_learnsTheSameForBothBranches(boolean recompute) throws IOException {
        try (DualTrainer trainer = trainer(new Ablation(false, true), recompute)) {
            DualAdapter adapter = trainer.train(folder.resolve("state"), TrainingListener.NONE);
            assertThat(values(adapter, "_lora.0."))
                    .isEqualTo(values(adapter, "_lora.1."))
                    .anyMatch(value -> value != 0);
            assertThat(values(adapter, ".temporal_o.")).anyMatch(value -> value != 0);
        }
    }

    @Test
    void gradient_thatTwoParametersShare_countsAndIsClippedOnce() {
        try (TensorScope scope = TensorScope.open()) {
            NDArray gradient = Tensors.of(new float[] {3, 4}, Device.cpu(), 2);
            List<NDArray> copies = List.of(
                    Tensors.of(new float[] {1, 2}, Device.cpu(), 2), Tensors.of(new float[] {1, 2}, Device.cpu(), 2));
            try (AdamW optimizer = new AdamW(copies, AdamW.Settings.released(0.1, 0, 1))) {
                assertThat(Operators.item(optimizer.update(List.of(gradient, gradient), 0.1)))
                        .isCloseTo(5, within(1e-5));
            }
            assertThat(Tensors.floats(gradient)).containsExactly(new float[] {0.6f, 0.8f}, within(1e-5f));
            assertThat(Tensors.floats(copies.get(1))).isEqualTo(Tensors.floats(copies.get(0)));
        }
    }

    private static DualTrainer trainer(Ablation ablation, boolean recompute) {
        return new DualTrainer(base, examples(), NestedPrompt.RELEASED, config(2, 1e-3, recompute, ablation));
    }

    private static List<Float> values(DualAdapter adapter, String part) {
        List<Float> values = new ArrayList<>();
        for (String key : adapter.tensors().keySet()) {
            if (key.startsWith("unet.") && key.contains(part)) {
                for (float value : adapter.values(key)) {
                    values.add(value);
                }
            }
        }
        return values;
    }

    private double[] losses(TrainingConfig config) throws IOException {
        try (DualTrainer trainer = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config)) {
            trainer.train(folder.resolve("state"), TrainingListener.NONE);
            return trainer.losses().values();
        }
    }

    private static Map<String, float[]> train(int steps, Path checkpoint, TrainingListener listener)
            throws IOException {
        try (DualTrainer trainer = new DualTrainer(base, examples(), NestedPrompt.RELEASED, config(steps, 1e-3))) {
            DualAdapter adapter = trainer.train(checkpoint, listener);
            Map<String, float[]> weights = new TreeMap<>();
            adapter.tensors().keySet().forEach(key -> weights.put(key, adapter.values(key)));
            return weights;
        }
    }

    private static TrainingConfig config(int steps, double learningRate) {
        return config(steps, learningRate, false, Ablation.NONE);
    }

    private static TrainingConfig config(int steps, double learningRate, boolean recompute, Ablation ablation) {
        return new TrainingConfig(
                steps,
                2,
                2,
                recompute,
                AdamW.Settings.released(learningRate, 1e-2, 1),
                false,
                1,
                PartGround.GREY,
                4,
                false,
                BackgroundMode.OFF,
                ablation,
                RESOLUTION,
                Flip.among(true, true),
                2,
                7);
    }

    /** A dark spot on a grey ground, in three places. */
    private static List<TrainingExample> examples() {
        return IntStream.range(0, 3)
                .mapToObj(i -> new TrainingExample("spot " + i, spot(8 + 6 * i, 140, 30), spot(8 + 6 * i, 0, 255)))
                .toList();
    }

    private static BufferedImage spot(int at, int ground, int level) {
        BufferedImage image = new BufferedImage(RESOLUTION, RESOLUTION, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < RESOLUTION; y++) {
            for (int x = 0; x < RESOLUTION; x++) {
                boolean inside = Math.hypot(x - at, y - at) < 5;
                image.getRaster().setSample(x, y, 0, inside ? level : ground);
            }
        }
        return image;
    }
}
