package org.dualanodiff.jobs.run;

import java.util.List;
import org.dualanodiff.jobs.spark.TaskRecord;
import org.dualanodiff.pipeline.store.RunManifest;

/**
 * What a unit came to in this command.
 *
 * @param unit its line in the manifest
 * @param trained whether its adapter was trained now
 * @param steps of training made now, and the seconds that they took
 * @param pairs generated now, those included that are beyond the wanted ones, and the seconds that they took
 * @param gpuSeconds for which tasks that succeeded held GPUs
 * @param tasks where and when they worked
 */
record UnitOutcome(
        RunManifest.Unit unit,
        boolean trained,
        int steps,
        double trainingSeconds,
        int pairs,
        double generationSeconds,
        double gpuSeconds,
        List<TaskRecord> tasks) {}
