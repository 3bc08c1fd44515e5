package org.dualanodiff.pipeline.upkeep;

import java.util.List;
import java.util.Optional;
import org.dualanodiff.pipeline.store.AgedFile;
import org.dualanodiff.pipeline.store.ObjectStore;

/** What writers left that died, wherever it lies. */
final class BrokenWrites {

    private final ObjectStore store;
    private final AgeLimits limits;

    BrokenWrites(ObjectStore store, AgeLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    /** @param files of the whole store, those of broken writes included */
    List<FoundGarbage> find(Inventory files) {
        return files.only(AgedFile::isUnfinished).olderThan(limits.inUse()).files().stream()
                .map(this::found)
                .toList();
    }

    private FoundGarbage found(AgedFile file) {
        Optional<String> run = StoredRuns.of(file.key());
        return new FoundGarbage(
                new Garbage("remains of a broken write", file.key(), 1, file.bytes(), run),
                () -> run.filter(id -> !StoredRuns.isIdle(store, id)).isEmpty());
    }
}
