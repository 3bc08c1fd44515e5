package org.dualanodiff.jobs.run;

import java.util.List;
import org.dualanodiff.pipeline.export.ExportPart;
import org.dualanodiff.pipeline.export.PublishedDataset;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;

/** The Parquet files that hold a run's samples, as its commits list them. */
public final class SampleFiles {

    private final ObjectStore store;

    public SampleFiles(ObjectStore store) {
        this.store = store;
    }

    /** @throws StoreException if the run has none */
    public List<PublishedDataset.File> ofRun(String runId) {
        return commits(runId).stream().flatMap(commit -> of(commit).stream()).toList();
    }

    /** @throws StoreException if the run has no samples */
    List<UnitCommit> commits(String runId) {
        List<UnitCommit> commits = new UnitCommits(store, runId)
                .all().stream().filter(commit -> commit.pairs() > 0).toList();
        if (commits.isEmpty()) {
            throw new StoreException("run %s has no samples in %s; generate some first, or look for another run in %s"
                    .formatted(runId, store.root(), store.uri("runs")));
        }
        return commits;
    }

    static List<PublishedDataset.File> of(UnitCommit commit) {
        return commit.files().stream()
                .map(file -> new PublishedDataset.File(
                        file.key(), file.bytes(), commit.runId(), commit.category(), commit.defect()))
                .toList();
    }

    /** The parts of an export of such files. */
    public static List<ExportPart.Samples> parts(List<PublishedDataset.File> files) {
        return files.stream()
                .map(file ->
                        new ExportPart.Samples(file.unit(), file.key(), file.bytes()))
                .toList();
    }
}
