package org.dualanodiff.model.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Floating-point formats of weights and activations. */
public enum Precision {
    /** IEEE half: GPUs only; a CPU multiplies fp16 matrices many times slower than fp32. */
    FP16(5),
    FP32(6),
    /** The upper half of an fp32. Needs no loss scaling; twice as fast as fp32 on CPUs that multiply it. */
    BF16(15);

    private final int code;

    Precision(int code) {
        this.code = code;
    }

    /** The number of this format in libtorch's {@code c10::ScalarType}. */
    int code() {
        return code;
    }

    /** Whether bf16 is faster than fp32 on the processor of this machine, about twice as fast. False where the system does not say. */
    public static boolean processorMultipliesBfloat16() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return multipliesBfloat16(lines.toList());
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * On Intel's processors it takes AMX, which virtual machines may hide: with AVX512-BF16 alone {@code builtin:small} trains at
     * 0.6 of the speed of fp32.
     *
     * @param cpuinfo lines of {@code /proc/cpuinfo}
     */
    static boolean multipliesBfloat16(List<String> cpuinfo) {
        List<String> flags = cpuinfo.stream()
                .filter(line -> line.startsWith("flags"))
                .findFirst()
                .map(line -> List.of(line.split("\\s+")))
                .orElse(List.of());
        boolean intel =
                cpuinfo.stream().anyMatch(line -> line.startsWith("vendor_id") && line.endsWith("GenuineIntel"));
        return flags.contains(intel ? "amx_bf16" : "avx512_bf16");
    }
}
