package org.dualanodiff.jobs.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;

/** The heap of this JVM. */
final class Heap {

    private Heap() {}

    /** A bound: the pools of the heap need not have had their peaks at one time. */
    static double peakMebibytes() {
        double peaks = ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .mapToDouble(pool -> pool.getPeakUsage().getUsed() / (double) (1 << 20))
                .sum();
        return Math.min(peaks, limitMebibytes());
    }

    static double limitMebibytes() {
        return Runtime.getRuntime().maxMemory() / (double) (1 << 20);
    }
}
