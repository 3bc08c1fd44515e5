package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.LongStream;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.golden.GoldenTensors;
import org.dualanodiff.model.text.ClipTokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RandomModelTest {
    @TempDir
    Path folder;

    @Test
    void tinyModel_written_opensWithTensorsOfItsLayout() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);

        ModelDirectory model = ModelDirectory.open(folder);
        WeightSource unet = model.unetWeights();
        model.unetConfig().parameters().forEach(unet::require);
        model.vaeConfig().parameters().forEach(model.vaeWeights()::require);
        model.textConfig().parameters().forEach(model.textWeights()::require);
        assertThat(model.schedulerConfig().betaSchedule()).isEqualTo("scaled_linear");
        assertThat(model.vaeConfig().downsamplingFactor()).isEqualTo(8);
    }

    @Test
    void tinyModel_written_hasScaledNormalWeightsUnitNormsAndZeroBiases() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);

        WeightSource unet = ModelDirectory.open(folder).unetWeights();

        float[] weight = unet.floats("mid_block.resnets.0.conv1.weight");
        assertThat(deviation(weight)).isBetween(0.95 / Math.sqrt(96 * 9), 1.05 / Math.sqrt(96 * 9));
        assertThat(unet.floats("conv_norm_out.weight")).containsOnly(1f);
        assertThat(unet.floats("conv_in.bias")).containsOnly(0f);
        assertThat(GoldenTensors.longs(
                        SafetensorsFile.open(folder.resolve("text_encoder/model.safetensors")),
                        "text_model.embeddings.position_ids"))
                .containsExactly(LongStream.range(0, 77).toArray());
    }

    @Test
    void fingerprint_ofModels_isEqualForEqualSeedsOnly() throws IOException {
        assertThat(fingerprint("a", 1, DType.F32))
                .isEqualTo(fingerprint("b", 1, DType.F32))
                .isNotEqualTo(fingerprint("c", 2, DType.F32))
                .isNotEqualTo(fingerprint("d", 1, DType.F16));
    }

    @Test
    void halfPrecisionModels_withTheSameSeed_areTheRoundedNumbers() throws IOException {
        float[] exact = convIn("f32", DType.F32);

        assertThat(convIn("f16", DType.F16))
                .usingElementComparator(within(1e-3f))
                .containsExactly(exact);
        assertThat(convIn("bf16", DType.BF16))
                .usingElementComparator(within(8e-3f))
                .containsExactly(exact);
    }

    @Test
    void write_ofIntegerType_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RandomModel.write(folder, RandomModel.Preset.TINY, 1, DType.I64))
                .withMessageContaining("I64");
    }

    @Test
    void tinyTokenizer_ofAnyText_givesOneTokenAByte() throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, 1);

        try (ClipTokenizer tokenizer =
                ClipTokenizer.open(ModelDirectory.open(folder).tokenizer(), 77)) {
            long[] ids = tokenizer.encode("Ab é");

            assertThat(ids)
                    .hasSize(77)
                    .startsWith(512, 64, 321, 127, 358, 513, 513)
                    .endsWith(513);
        }
    }

    private String fingerprint(String name, long seed, DType dtype) throws IOException {
        RandomModel.write(folder.resolve(name), RandomModel.Preset.TINY, seed, dtype);
        return ModelDirectory.open(folder.resolve(name)).fingerprint();
    }

    private float[] convIn(String name, DType dtype) throws IOException {
        RandomModel.write(folder.resolve(name), RandomModel.Preset.TINY, 3, dtype);
        return ModelDirectory.open(folder.resolve(name)).unetWeights().floats("conv_in.weight");
    }

    private static Comparator<Float> within(float relative) {
        return (a, b) -> Math.abs(a - b) <= relative * Math.abs(b) + 1e-6f ? 0 : Float.compare(a, b);
    }

    private static double deviation(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value * value;
        }
        return Math.sqrt(sum / values.length);
    }
}
