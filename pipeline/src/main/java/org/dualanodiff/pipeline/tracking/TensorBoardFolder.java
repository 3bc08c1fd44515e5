package org.dualanodiff.pipeline.tracking;

import java.util.Locale;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;

/** A folder of logs as TensorBoard reads it: one of its runs for each unit, {@code CATEGORY/DEFECT/events.out.tfevents.*}. */
public final class TensorBoardFolder {

    private final ObjectStore folder;

    public TensorBoardFolder(ObjectStore folder) {
        this.folder = folder;
    }

    /** Writes a training over what an earlier export wrote of it. */
    public void write(RecordedTraining training) {
        AdapterId adapter = training.adapter();
        // TensorBoard takes a file that begins with this for one of its own, whatever follows.
        folder.write(
                String.format(
                        Locale.ROOT,
                        "%s/%s/events.out.tfevents.0000000000.dualanodiff-%s",
                        PathSegment.escape(adapter.category()),
                        PathSegment.escape(adapter.defect()),
                        adapter.fingerprint().shortHex()),
                EventFile.of(training));
    }

    /** Writes all trainings of a run that have recorded anything; returns how many these are. */
    public int write(ObjectStore store, String runId) {
        return RecordedTraining.of(store, runId).stream()
                .flatMap(adapter -> RecordedTraining.find(store, adapter, true).stream())
                .mapToInt(training -> {
                    write(training);
                    return 1;
                })
                .sum();
    }
}
