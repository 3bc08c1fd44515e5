package org.dualanodiff.model.torch;

/** Floating-point formats of weights and activations. */
public enum Precision {
    /** IEEE half: GPUs only; a CPU multiplies fp16 matrices many times slower than fp32. */
    FP16(5),
    FP32(6),
    /** The upper half of an fp32. Needs no loss scaling; twice as fast as fp32 on CPUs with AVX512-BF16. */
    BF16(15);

    private final int code;

    Precision(int code) {
        this.code = code;
    }

    /** The number of this format in libtorch's {@code c10::ScalarType}. */
    int code() {
        return code;
    }
}
