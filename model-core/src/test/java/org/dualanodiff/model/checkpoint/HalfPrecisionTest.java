package org.dualanodiff.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import org.dualanodiff.model.checkpoint.DType.HalfPrecision;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfPrecisionTest {
    @ParameterizedTest
    @CsvSource({
        "0x3c00, 1",
        "0xbc00, -1",
        "0x3555, 0.333251953125",
        "0x7bff, 65504",
        "0x0400, 6.103515625e-5",
        "0x0001, 5.960464477539063e-8",
        "0x83ff, -6.097555160522461e-5",
        "0x7c00, Infinity",
        "0xfc00, -Infinity",
        "0x8000, -0.0"
    })
    void float16_ofKnownPattern_isItsValue(String bits, float value) {
        short pattern = Integer.decode(bits).shortValue();

        assertThat(HalfPrecision.fromFloat16(pattern)).isEqualTo(value);
        assertThat(HalfPrecision.toFloat16(value)).isEqualTo(pattern);
    }

    @Test
    void float16_ofEveryPattern_survivesTheRoundTrip() {
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = HalfPrecision.fromFloat16((short) bits);
            if (Float.isNaN(value)) {
                assertThat(HalfPrecision.toFloat16(value) & 0x7fff).isGreaterThan(0x7c00);
            } else {
                assertThat(HalfPrecision.toFloat16(value)).isEqualTo((short) bits);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1.00048828125, 0x3c00", "1.00146484375, 0x3c02", "65519.996, 0x7bff", "65520, 0x7c00",
        "2.9802322e-8, 0x0000", "2.9802326e-8, 0x0001", "6.1020255e-5, 0x0400", "2047.5, 0x6800"
    })
    void toFloat16_betweenTwoValues_roundsToNearestTiesToEven(float value, String bits) {
        assertThat(HalfPrecision.toFloat16(value))
                .isEqualTo(Integer.decode(bits).shortValue());
    }

    @ParameterizedTest
    @CsvSource({
        "1, 0x3f80",
        "-3, 0xc040",
        "1.00390625, 0x3f80",
        "1.01171875, 0x3f82",
        "3.4e38, 0x7f80",
        "Infinity, 0x7f80"
    })
    void toBfloat16_ofAnyValue_roundsToNearestTiesToEven(float value, String bits) {
        assertThat(HalfPrecision.toBfloat16(value))
                .isEqualTo(Integer.decode(bits).shortValue());
    }

    @Test
    void bfloat16_ofNan_staysNan() {
        float nan = Float.intBitsToFloat(0x7f800001);

        assertThat(HalfPrecision.fromBfloat16(HalfPrecision.toBfloat16(nan))).isNaN();
    }
}
