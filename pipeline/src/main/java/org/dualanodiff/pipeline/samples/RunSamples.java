package org.dualanodiff.pipeline.samples;

import java.io.IOException;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.dualanodiff.pipeline.store.UnitCommits;

/** The samples of one run, read from the table of the store file by file. */
public final class RunSamples {

    private final ObjectStore store;
    private final String runId;

    public RunSamples(ObjectStore store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    /**
     * The files that the run's commits list; what else lies in its folder is not there for readers.
     *
     * @throws org.dualanodiff.pipeline.store.StoreException if a commit cannot be read
     */
    public List<StoredFile> files() {
        return files(new UnitCommits(store, runId).all().stream());
    }

    /** As {@link #files()}, of one (category, defect). */
    public List<StoredFile> files(UnitKey unit) {
        return files(new UnitCommits(store, runId).find(unit).stream());
    }

    private static List<StoredFile> files(Stream<UnitCommit> commits) {
        return commits.flatMap(commit -> commit.files().stream())
                .map(file -> new StoredFile(file.key(), file.bytes()))
                .toList();
    }

    /**
     * Those of lowest index.
     *
     * @param wanted which samples count
     * @param most how many, at most
     * @return by index; empty if the run has none
     * @throws IOException if a file is not a table of samples
     */
    public List<GeneratedSample> first(UnitKey unit, Predicate<GeneratedSample> wanted, int most) throws IOException {
        NavigableMap<Long, GeneratedSample> lowest = new TreeMap<>();
        for (StoredFile file : files(unit)) {
            read(file.key(), wanted, most, lowest);
        }
        return List.copyOf(lowest.values());
    }

    private void read(
            String key, Predicate<GeneratedSample> wanted, int most, NavigableMap<Long, GeneratedSample> lowest)
            throws IOException {
        try (Stream<GeneratedSample> samples = SampleFile.stream(store, key)) {
            samples.filter(wanted).forEach(sample -> keep(sample, most, lowest));
        }
    }

    private static void keep(GeneratedSample sample, int most, NavigableMap<Long, GeneratedSample> lowest) {
        lowest.put(sample.id().index(), sample);
        if (lowest.size() > most) {
            lowest.pollLastEntry();
        }
    }
}
