package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ComputeTest {

    private static final Optional<CudaDriver> MIXED =
            Optional.of(FakeCuda.driver(new FakeCuda.Card("Tesla T4", 7, 5, 15L << 30), FakeCuda.A100));

    @ParameterizedTest
    @CsvSource({
        "cpu, FP32, FP32",
        "cuda, FP32, FP16",
        "cuda:0, FP32, FP16",
        "cuda:1, BF16, BF16",
        "cuda:7, BF16, BF16",
    })
    void auto_followsTheComputeCapability(String device, Precision training, Precision generation) {
        assertThat(Compute.auto(device, Precision.FP32, MIXED)).isEqualTo(training);
        assertThat(Compute.auto(device, Precision.FP16, MIXED)).isEqualTo(generation);
    }

    @Test
    void auto_whereNoDriverAnswers_takesTheGpuForACurrentOne() {
        assertThat(Compute.auto("cuda", Precision.FP32, Optional.empty())).isEqualTo(Precision.BF16);
    }

    @Test
    void precisionByName_isTakenAsItIs() {
        assertThat(Compute.trainingPrecision("fp32", "cuda")).isEqualTo(Precision.FP32);
        assertThat(Compute.generationPrecision("fp16", "cuda")).isEqualTo(Precision.FP16);
    }
}
