package org.dualanodiff.model.torch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** What the processor of this machine can do. */
public final class Processor {

    private static final Path FEATURES = Path.of("/proc/cpuinfo");

    private Processor() {}

    /** Whether it multiplies bf16 numbers itself, about twice as fast as fp32 ones. False where the system does not say. */
    public static boolean multipliesBfloat16() {
        try (var lines = Files.lines(FEATURES)) {
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
