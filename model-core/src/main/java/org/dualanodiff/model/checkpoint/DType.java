package org.dualanodiff.model.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * Element types of the safetensors format, which are those of PyTorch. The order of the constants is the alignment order in which the reference
 * library lays tensors out (last constant first), so {@link #compareTo} can sort by it.
 */
public enum DType {
    BOOL(1, "Bool"),
    U8(1, "Byte"),
    I8(1, "Char"),
    I16(2, "Short"),
    F16(2, "Half"),
    BF16(2, "BFloat16"),
    I32(4, "Int"),
    F32(4, "Float"),
    F64(8, "Double"),
    I64(8, "Long");

    private final int bytes;
    private final String torchName;

    DType(int bytes, String torchName) {
        this.bytes = bytes;
        this.torchName = torchName;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** Whether weights may be of it: F32, F16 or BF16. */
    boolean isOfWeights() {
        return this == F32 || this == F16 || this == BF16;
    }

    /** The class of PyTorch that holds such numbers, as module, space, name. */
    String storage() {
        return "torch " + torchName + "Storage";
    }

    static Optional<DType> parse(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    static Optional<DType> ofStorage(String name) {
        return Arrays.stream(values())
                .filter(type -> type.storage().equals(name))
                .findFirst();
    }

    /**
     * Conversions between float and the two 16-bit floating point formats: IEEE 754 binary16 (1 sign, 5 exponent, 10
     * fraction bits) and bfloat16 (the upper half of a float). Narrowing rounds to nearest, ties to even.
     */
    static final class HalfPrecision {
        private static final int EXPONENT_SHIFT = 10;
        private static final int FRACTION_MASK = 0x3ff;
        private static final int EXPONENT_MASK = 0x1f;
        /** 2^-24, the smallest positive binary16. */
        private static final float SMALLEST_FLOAT16 = 0x1p-24f;
        /** Half way from the largest binary16 (65504) to the next step: from here on rounding gives infinity. */
        private static final float FLOAT16_OVERFLOW = 65520f;

        private HalfPrecision() {}

        /** Widens one 16-bit pattern. */
        @FunctionalInterface
        interface Decoder {
            float decode(short bits);
        }

        static float fromBfloat16(short bits) {
            return Float.intBitsToFloat(bits << 16);
        }

        static short toBfloat16(float value) {
            int bits = Float.floatToRawIntBits(value);
            if (Float.isNaN(value)) {
                return (short) (bits >>> 16 | 0x40);
            }
            int roundingBias = 0x7fff + (bits >>> 16 & 1);
            return (short) (bits + roundingBias >>> 16);
        }

        static float fromFloat16(short bits) {
            int exponent = bits >>> EXPONENT_SHIFT & EXPONENT_MASK;
            int fraction = bits & FRACTION_MASK;
            int sign = (bits & 0x8000) << 16;
            if (exponent == 0) {
                return Math.copySign(fraction * SMALLEST_FLOAT16, Float.intBitsToFloat(sign | 0x3f800000));
            }
            int wideExponent = exponent == EXPONENT_MASK ? 0xff : exponent - 15 + 127;
            return Float.intBitsToFloat(sign | wideExponent << 23 | fraction << 13);
        }

        static short toFloat16(float value) {
            int sign = Float.floatToRawIntBits(value) >>> 16 & 0x8000;
            float magnitude = Math.abs(value);
            if (Float.isNaN(value)) {
                return (short) (sign | 0x7e00);
            }
            if (magnitude >= FLOAT16_OVERFLOW) {
                return (short) (sign | 0x7c00);
            }
            // One unit in the last place of the result is a power of two, so division and rint are exact.
            int exponent = Math.max(Math.getExponent(magnitude), -14);
            int units = (int) Math.rint(Math.scalb(magnitude, EXPONENT_SHIFT - exponent));
            // A subnormal has exponent field 0; a fraction that rounds up to 2^10 or 2^11 carries into the field by
            // itself.
            return (short) (sign | (exponent + 14 << EXPONENT_SHIFT) + units);
        }
    }
}
