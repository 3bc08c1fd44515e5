package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;

/** Begins an export in its folder, and ends it with what spans all parts. */
public final class FinishExport {

    private final ObjectStore target;

    /** @param target the export's root */
    public FinishExport(ObjectStore target) {
        this.target = target;
    }

    /**
     * Claims the folder, or comes back to one that holds the same export.
     *
     * @throws StoreException if the folder holds something else
     */
    public void begin(ExportPlan plan) {
        requireEmptyOrExport();
        if (target.createIfAbsent(ExportRecord.KEY, Json.bytes(record(plan, false, 0)))) {
            return;
        }
        ExportRecord standing =
                Json.parse(target.read(ExportRecord.KEY), ExportRecord.class, target.uri(ExportRecord.KEY));
        if (!standing.isOf(plan)) {
            throw new StoreException(
                    "%s holds an export of %s as %s with the classes %s, wanted %s as %s with %s; give another folder"
                            .formatted(
                                    target.root(),
                                    standing.source(),
                                    standing.format(),
                                    standing.classes(),
                                    plan.source(),
                                    plan.format(),
                                    plan.classes().names()));
        }
    }

    /** What else lies there is somebody's, and some of it could have the name of a file that is to be written. */
    private void requireEmptyOrExport() {
        if (target.exists(ExportRecord.KEY)) {
            return;
        }
        target.list("").stream().findFirst().ifPresent(file -> {
            throw new StoreException("%s is not empty and holds no export: there is %s; give another folder"
                    .formatted(target.root(), file.key()));
        });
    }

    /**
     * To be called when every part is written.
     *
     * @return how many pairs the export holds
     * @throws IOException if a local file cannot be written
     */
    public long end(ExportPlan plan) throws IOException {
        PairFormat.Entries entries = () -> PartLists.entries(target, plan.partNames());
        plan.format().pairFormat().finish(entries, plan.classes(), target);
        try (Stream<PairEntry> all = entries.stream()) {
            long pairs = all.count();
            target.write(ExportRecord.KEY, Json.bytes(record(plan, true, pairs)));
            return pairs;
        }
    }

    private static ExportRecord record(ExportPlan plan, boolean complete, long pairs) {
        return new ExportRecord(
                plan.format().name(), plan.source(), plan.classes().names(), complete, pairs, ProductVersion.current());
    }
}
