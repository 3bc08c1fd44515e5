package org.dualanodiff.model.parity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.dualanodiff.model.golden.Closeness.assertClose;
import static org.dualanodiff.model.golden.Closeness.maxDifference;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.torch.GradientMode;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.DualObjective;
import org.dualanodiff.model.training.DualObjective.TrainingBatch;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The dual model and its training, without and with background compensation, against the released numbers. */
@Tag("parity")
@Tag("slow")
class DualParityTest {

    private static final double FORWARD = 1e-5;
    private static final double GRADIENT = 2e-4;
    private static final double LOSS = 1e-5;
    private static final double TRAINED_WEIGHT_RELATIVE = 1e-3;
    private static final double TRAINED_WEIGHT = 3e-4;
    private static final double TRAINED_WEIGHT_MEDIAN = 1e-6;
    /** Its true gradient is zero; what the released code has is rounding noise that Adam amplifies. */
    private static final String WITHOUT_TRUE_GRADIENT = "temporal_k.bias";

    private static final BaseModel BASE = Golden.base();

    @ParameterizedTest
    @ValueSource(strings = {"dual", "bcm"})
    void objective_onRecordedBatch_givesReleasedFeaturesPredictionAndLoss(String variant) {
        GoldenTensors golden = Golden.tensors(variant + "/forward.safetensors");
        try (DualAdapter adapter = adapter(variant);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            DualObjective objective = new DualObjective(BASE, adapter);
            TrainingBatch batch = ParityBatches.forward(golden);
            NDArray tokens = ParityBatches.tokens(golden);
            Set<String> seen = new TreeSet<>();
            NDArray prediction = objective.predict(batch, tokens, (feature, h) -> {
                for (String key : List.of("inter." + feature + ".output", "inter.main." + feature + ".output")) {
                    if (golden.has(key)) {
                        seen.add(key);
                        assertClose(key, h, golden, key, FORWARD);
                    }
                }
            });
            assertThat(seen).as("features compared").isNotEmpty();
            assertClose("prediction", prediction, golden, "prediction", FORWARD);
            double loss = Operators.item(objective.loss(batch, tokens));
            assertClose("loss", new float[] {(float) loss}, golden.floats("loss"), LOSS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dual", "bcm"})
    void textEncoder_withAdapter_givesReleasedStates(String variant) {
        GoldenTensors golden = Golden.tensors(variant + "/forward.safetensors");
        try (DualAdapter adapter = adapter(variant);
                GradientMode mode = GradientMode.off();
                TensorScope scope = TensorScope.open()) {
            NDArray states = BASE.textEncoder().forward(ParityBatches.tokens(golden), adapter.text());
            assertClose("text states", states, golden, "encoder_hidden_states", FORWARD);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dual", "bcm"})
    void objective_gradients_areReleasedOnes(String variant) {
        GoldenTensors golden = Golden.tensors(variant + "/grads.safetensors");
        GoldenTensors recorded = Golden.tensors(variant + "/forward.safetensors");
        try (DualAdapter adapter = adapter(variant);
                GradientMode mode = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            List<String> keys = adapter.trainedKeys(Ablation.NONE);
            List<NDArray> parameters = trainable(adapter);
            NDArray loss = new DualObjective(BASE, adapter)
                    .loss(ParityBatches.forward(recorded), ParityBatches.tokens(recorded));
            List<NDArray> gradients = Operators.gradients(loss, parameters);
            assertThat(keys).containsAll(golden.names());
            for (String key : golden.names()) {
                float[] actual = Tensors.floats(gradients.get(keys.indexOf(key)));
                if (key.endsWith(WITHOUT_TRUE_GRADIENT)) {
                    assertThat(maxDifference(actual, golden.floats(key)))
                            .as(key)
                            .isLessThan(1e-7);
                } else {
                    assertClose("gradient of " + key, actual, golden.floats(key), GRADIENT);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dual", "bcm"})
    void training_onRecordedSteps_givesReleasedLossesNormsAndWeights(String variant) {
        GoldenTensors golden = Golden.tensors(variant + "/train.safetensors");
        JsonObject settings = Golden.json(variant + "/config.json").getAsJsonObject("train");
        try (DualAdapter adapter = adapter(variant);
                AdamW optimizer = new AdamW(trainable(adapter), optimizer(settings))) {
            DualObjective objective = new DualObjective(BASE, adapter);
            double rate = optimizer(settings).learningRate();
            for (int step = 0; step < settings.get("steps").getAsInt(); step++) {
                train(objective, optimizer, rate, adapter, golden, step);
                if (step == 0) {
                    assertTrained(adapter, golden, "step1.");
                }
            }
            assertTrained(adapter, golden, "final.");
        }
    }

    private static void train(
            DualObjective objective,
            AdamW optimizer,
            double rate,
            DualAdapter adapter,
            GoldenTensors golden,
            int step) {
        try (GradientMode mode = GradientMode.on();
                TensorScope scope = TensorScope.open()) {
            NDArray loss = objective.loss(ParityBatches.step(golden, step), ParityBatches.tokens(golden));
            double norm = Operators.item(optimizer.update(Operators.gradients(loss, trainable(adapter)), rate));
            float[] actual = {(float) Operators.item(loss)};
            assertClose("loss of step " + step, actual, new float[] {golden.floats("loss")[step]}, LOSS);
            float[] expected = {golden.floats("grad_norm")[step]};
            assertClose("gradient norm of step " + step, new float[] {(float) norm}, expected, LOSS);
        }
    }

    private static void assertTrained(DualAdapter adapter, GoldenTensors golden, String prefix) {
        List<String> keys = golden.names().stream()
                .filter(name -> name.startsWith(prefix) && !name.endsWith(WITHOUT_TRUE_GRADIENT))
                .toList();
        assertThat(keys).as("recorded weights %s", prefix).isNotEmpty();
        DoubleStream.Builder differences = DoubleStream.builder();
        for (String key : keys) {
            float[] expected = golden.floats(key);
            float[] actual = adapter.values(key.substring(prefix.length()));
            assertClose(key, actual, expected, TRAINED_WEIGHT_RELATIVE);
            IntStream.range(0, expected.length)
                    .mapToDouble(i -> Math.abs(actual[i] - expected[i]))
                    .forEach(differences);
        }
        double[] sorted = differences.build().sorted().toArray();
        assertThat(sorted[sorted.length - 1])
                .as("largest difference of %s", prefix)
                .isLessThan(TRAINED_WEIGHT);
        assertThat(sorted[sorted.length / 2])
                .as("median difference of %s", prefix)
                .isLessThan(TRAINED_WEIGHT_MEDIAN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"dual", "bcm"})
    void adapterFile_writtenAgain_hasReleasedKeysShapesTypesAndNumbers(String variant, @TempDir Path folder)
            throws IOException {
        Path original = Golden.path(variant + "/pytorch_lora_weights.safetensors");
        Path copy = folder.resolve("copy.safetensors");
        try (DualAdapter adapter = AdapterFile.read(original, BASE)) {
            AdapterFile.write(adapter, copy, Map.of());
        }
        SafetensorsFile expected = SafetensorsFile.open(original);
        SafetensorsFile actual = SafetensorsFile.open(copy);
        assertThat(List.copyOf(actual.tensors().keySet()))
                .isEqualTo(List.copyOf(expected.tensors().keySet()));
        for (TensorFile.Info tensor : expected.tensors().values()) {
            TensorFile.Info written = actual.tensor(tensor.name());
            assertThat(written.dtype()).isEqualTo(tensor.dtype());
            assertThat(written.shape()).isEqualTo(tensor.shape());
            assertThat(actual.map(tensor.name())).isEqualTo(expected.map(tensor.name()));
        }
    }

    private static DualAdapter adapter(String variant) {
        return AdapterFile.read(Golden.path(variant + "/pytorch_lora_weights.safetensors"), BASE);
    }

    private static List<NDArray> trainable(DualAdapter adapter) {
        return adapter.trainedKeys(Ablation.NONE).stream()
                .map(key -> Tensors.trainable(adapter.tensors().get(key)))
                .toList();
    }

    private static AdamW.Settings optimizer(JsonObject settings) {
        return new AdamW.Settings(
                settings.get("lr").getAsDouble(),
                settings.getAsJsonArray("betas").get(0).getAsDouble(),
                settings.getAsJsonArray("betas").get(1).getAsDouble(),
                settings.get("weight_decay").getAsDouble(),
                settings.get("eps").getAsDouble(),
                settings.get("max_grad_norm").getAsDouble());
    }
}
