package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PrecisionTest {

    @ParameterizedTest
    @CsvSource({
        "GenuineIntel, avx512f avx512_bf16 amx_bf16, true",
        "GenuineIntel, avx512f avx512_bf16, false",
        "AuthenticAMD, avx512f avx512_bf16, true",
        "AuthenticAMD, avx2, false",
    })
    void processor_byItsFlags_multipliesBfloat16(String vendor, String flags, boolean fast) {
        List<String> cpuinfo = List.of("processor\t: 0", "vendor_id\t: " + vendor, "flags\t\t: fpu " + flags + " nx");
        assertThat(Precision.multipliesBfloat16(cpuinfo)).isEqualTo(fast);
    }

    @Test
    void processor_thatDoesNotSay_doesNot() {
        assertThat(Precision.multipliesBfloat16(List.of("processor\t: 0"))).isFalse();
    }
}
