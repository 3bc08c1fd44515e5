package org.dualanodiff.jobs.run;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.export.PublishDataset;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;

/** Publishes the pairs of finished runs under a name. */
public final class PublishRun {

    private final ObjectStore store;

    public PublishRun(ObjectStore store) {
        this.store = store;
    }

    /**
     * @return what is current now; the same version as before if nothing has changed
     * @throws StoreException if a run is not finished or has no samples
     */
    public PublishedDataset run(String name, List<String> runs) {
        RunRegistry registry = new RunRegistry(store);
        List<String> distinct = runs.stream().distinct().sorted().toList();
        List<PublishedDataset.File> files = new ArrayList<>();
        List<PublishedDataset.Unit> units = new ArrayList<>();
        for (String run : distinct) {
            registry.readManifest(run);
            for (UnitCommit commit : commits(run)) {
                files.addAll(files(commit));
                units.add(unit(run, commit));
            }
        }
        return new PublishDataset(store)
                .publish(
                        new PublishedDataset(name, 0, Instant.now(), distinct, units, files, ProductVersion.current()));
    }

    private static PublishedDataset.Unit unit(String run, UnitCommit commit) {
        return new PublishedDataset.Unit(
                run,
                commit.category(),
                commit.defect(),
                commit.adapter().hex(),
                commit.accepted().size(),
                commit.rejected().size());
    }

    /**
     * The Parquet files that hold a run's samples, as its commits list them.
     *
     * @throws StoreException if the run has none, or none that is accepted
     */
    public List<PublishedDataset.File> files(String runId) {
        List<UnitCommit> commits = commits(runId);
        if (commits.stream().allMatch(commit -> commit.accepted().isEmpty())) {
            throw new StoreException("run %s has no accepted pair; nothing was exported".formatted(runId));
        }
        return commits.stream().flatMap(commit -> files(commit).stream()).toList();
    }

    private List<UnitCommit> commits(String runId) {
        List<UnitCommit> commits = new UnitCommits(store, runId)
                .all().stream().filter(commit -> commit.pairs() > 0).toList();
        if (commits.isEmpty()) {
            throw new StoreException("run %s has no samples in %s; generate some first, or look for another run in %s"
                    .formatted(runId, store.root(), store.uri("runs")));
        }
        return commits;
    }

    private static List<PublishedDataset.File> files(UnitCommit commit) {
        return commit.files().stream()
                .map(file -> new PublishedDataset.File(
                        file.key(), file.bytes(), commit.runId(), commit.category(), commit.defect()))
                .toList();
    }
}
