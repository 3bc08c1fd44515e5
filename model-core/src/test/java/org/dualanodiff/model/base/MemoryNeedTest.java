package org.dualanodiff.model.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.google.gson.JsonParser;
import org.dualanodiff.model.golden.Golden;
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
        long need = SD15.training(precision, 512, 32, 1, recompute);

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
    void need_growsWithPairsAndResolution_andFallsWithPrecisionAndRecomputation() {
        long one = SD15.training(Precision.BF16, 512, 32, 1, false);

        assertThat(SD15.training(Precision.BF16, 512, 32, 4, false)).isGreaterThan(2 * one);
        assertThat(SD15.training(Precision.BF16, 256, 32, 1, false)).isLessThan(one);
        assertThat(SD15.training(Precision.FP32, 512, 32, 1, false)).isGreaterThan(one);
        assertThat(SD15.training(Precision.BF16, 512, 32, 1, true)).isLessThan(one);
        assertThat(SD15.generation(Precision.BF16, 512, 64)).isGreaterThan(SD15.generation(Precision.BF16, 512, 1));
    }

    @Test
    void need_ofModelFiles_countsTheirWeights() {
        ModelFiles tiny = Golden.model();

        assertThat(MemoryNeed.of(tiny).training(Precision.FP32, 64, 4, 1, false))
                .isBetween(1L << 18, 200 * MIB);
    }
}
