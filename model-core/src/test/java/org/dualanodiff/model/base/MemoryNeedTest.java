package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ParameterLayout;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.unet.UNetConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MemoryNeedTest {

    private static final long MIB = 1 << 20;

    /** The heap and the code of the measured process. */
    private static final long JVM = 300;

    /** Stable Diffusion 1.5; absent keys have its values. */
    private static final MemoryNeed SD15 = new MemoryNeed(
            UNetConfig.fromJson(
                    JsonParser.parseString("{\"cross_attention_dim\": 768}").getAsJsonObject(), "sd15"),
            859_520_964,
            83_653_863 + 123_060_480,
            8);

    /** The table of docs/performance.md: 512 pixels, rank 32, one pair. */
    @ParameterizedTest
    @CsvSource({
        "FP32, false, 12040",
        "FP32, true, 8000",
        "BF16, false, 7610",
        "BF16, true, 5830",
    })
    void training_isWhatWasMeasured(Precision precision, boolean recompute, long mib) {
        long need = SD15.training(precision, 512, 32, 1, recompute, false);

        assertThat(need / MIB + JVM).isCloseTo(mib, withinPercentage(8));
    }

    @ParameterizedTest
    @CsvSource("FP32, 5498")
    void generation_isWhatWasMeasured(Precision precision, long mib) {
        long need = SD15.generation(precision, 512, 1);

        assertThat(need / MIB + JVM).isCloseTo(mib, withinPercentage(8));
    }

    @Test
    void adapter_ofStableDiffusion_hasTheSizeOfItsFile() {
        assertThat(MemoryNeed.adapterNumbers(SD15.unet(), 32) * 4.0).isCloseTo(0.557e9, withinPercentage(3));
    }

    @Test
    void adapterNumbers_areThoseOfTheMatricesInTheUNet() {
        ClipTextConfig text = ClipTextConfig.fromJson(new JsonObject(), "any");
        List<long[]> matrices = AdapterLayout.of(SD15.unet(), text, 32, false).shapes().entrySet().stream()
                .filter(tensor -> tensor.getKey().startsWith("unet.") && tensor.getValue().length == 2)
                .map(Map.Entry::getValue)
                .toList();

        assertThat(MemoryNeed.adapterNumbers(SD15.unet(), 32)).isEqualTo(ParameterLayout.numbers(matrices));
    }

    @Test
    void training_withBackgroundCompensation_holdsAThirdRowOfEachPair() {
        long pair = MemoryNeed.trainingPair(SD15.unet(), 64, Precision.BF16, false, false);

        assertThat(2 * MemoryNeed.trainingPair(SD15.unet(), 64, Precision.BF16, false, true))
                .isEqualTo(3 * pair);
        assertThat(SD15.training(Precision.BF16, 512, 32, 2, false, true))
                .isEqualTo(SD15.training(Precision.BF16, 512, 32, 2, false, false) + pair);
    }

    @Test
    void need_growsWithPairsAndResolution_andFallsWithPrecisionAndRecomputation() {
        long one = SD15.training(Precision.BF16, 512, 32, 1, false, false);

        assertThat(SD15.training(Precision.BF16, 512, 32, 4, false, false)).isGreaterThan(2 * one);
        assertThat(SD15.training(Precision.BF16, 256, 32, 1, false, false)).isLessThan(one);
        assertThat(SD15.training(Precision.FP32, 512, 32, 1, false, false)).isGreaterThan(one);
        assertThat(SD15.training(Precision.BF16, 512, 32, 1, true, false)).isLessThan(one);
        assertThat(SD15.generation(Precision.BF16, 512, 64)).isGreaterThan(SD15.generation(Precision.BF16, 512, 1));
    }

    @Test
    void need_ofModelFiles_countsTheirWeights() {
        ModelFiles tiny = Golden.model();

        assertThat(MemoryNeed.of(tiny).training(Precision.FP32, 64, 4, 1, false, false))
                .isBetween(1L << 18, 200 * MIB);
    }
}
