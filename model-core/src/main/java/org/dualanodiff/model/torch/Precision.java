package org.dualanodiff.model.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

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

    /** Whether the processor of this machine multiplies bf16 numbers itself, about twice as fast as fp32 ones. False where the system does not say. */
    public static boolean processorMultipliesBfloat16() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("flags"))
                    .findFirst()
                    .map(flags -> flags.split("\\s+"))
                    .filter(flags -> Arrays.asList(flags).contains("avx512_bf16"))
                    .isPresent();
        } catch (IOException e) {
            return false;
        }
    }
}
