package org.dualanodiff.pipeline.plan;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.dualanodiff.pipeline.store.RunManifest;

/**
 * How fast a run was at one kind of work.
 *
 * @param run where it was measured
 * @param device that it was measured on, in words
 * @param gpu whether its tasks held GPUs
 * @param perSecond steps or pairs a second of one task, at work
 * @param taskSeconds beside the work, for loading and writing, of one task
 */
public record Pace(String run, String device, boolean gpu, double perSecond, double taskSeconds) {

    /** The mean over the work of some units; empty if nothing was done. */
    static Optional<Pace> of(String run, List<RunManifest.Work> works) {
        double working =
                works.stream().mapToDouble(RunManifest.Work::workingSeconds).sum();
        int done = works.stream().mapToInt(RunManifest.Work::done).sum();
        if (done == 0 || working <= 0) {
            return Optional.empty();
        }
        double beside = works.stream()
                .mapToDouble(work -> work.loadingSeconds() + work.writingSeconds())
                .sum();
        int tasks = works.stream().mapToInt(RunManifest.Work::tasks).sum();
        Set<String> devices = new TreeSet<>();
        works.forEach(work -> devices.addAll(work.devices()));
        boolean gpu = works.stream().anyMatch(work -> work.gpuSeconds() > 0);
        return Optional.of(new Pace(run, String.join(", ", devices), gpu, done / working, beside / tasks));
    }

    /** The same where each piece of work is so many times as long. */
    Pace times(double longer) {
        return new Pace(run, device, gpu, perSecond / longer, taskSeconds);
    }

    double hours(int tasks, int pieces) {
        return (tasks * taskSeconds + pieces / perSecond) / 3600;
    }
}
