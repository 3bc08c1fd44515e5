package org.dualanodiff.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitKeyTest {

    @ParameterizedTest
    @CsvSource({"hex_nut, hex nut", "MT-Blowhole, mt blowhole", "cut--edge (2), cut edge 2", "裂纹_A, 裂纹 a", "---, ---"})
    void name_ofAFolder_isSpokenInWords(String name, String words) {
        assertThat(UnitKey.spoken(name)).isEqualTo(words);
    }
}
