package org.dualanodiff.jobs.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process takes of memory, in MiB. */
final class Memory {

    static final double MEBIBYTE = 1 << 20;

    private static final Path STATUS = Path.of("/proc/self/status");

    private Memory() {}

    /** A bound: the pools of the heap need not have had their peaks at one time. */
    static double peakOfHeap() {
        double peaks = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToDouble(pool -> pool.getPeakUsage().getUsed() / MEBIBYTE)
                .sum();
        return Math.min(peaks, limitOfHeap());
    }

    static double limitOfHeap() {
        return Runtime.getRuntime().maxMemory() / MEBIBYTE;
    }

    /**
     * What lies in RAM as Linux counts it: heap, native tensors and mapped files.
     *
     * @throws IOException on systems without {@code /proc}
     */
    static double resident() throws IOException {
        return field("VmRSS:");
    }

    /** The largest value of {@link #resident} since the process began. */
    static double peakOfResident() throws IOException {
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
