package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** How much memory of this process lies in RAM, as Linux counts it: heap, native tensors and mapped files. */
final class ResidentMemory {

    private static final Path STATUS = Path.of("/proc/self/status");

    private ResidentMemory() {}

    /** @throws IOException on systems without {@code /proc} */
    static double mebibytes() throws IOException {
        return field("VmRSS:");
    }

    /** The largest value since the process began. */
    static double peakMebibytes() throws IOException {
        return field("VmHWM:");
    }

    private static double field(String name) throws IOException {
        return Files.readAllLines(STATUS).stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToDouble(kibibytes -> Double.parseDouble(kibibytes) / 1024)
                .findFirst()
                .orElseThrow(() -> new IOException(STATUS + " has no " + name));
    }
}
