package org.dualanodiff.pipeline.export;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import org.dualanodiff.pipeline.UnitKey;

/**
 * A data set that a store publishes under a name: {@code datasets/NAME/current.json}. It points to the Parquet files of
 * runs; nothing is copied. Its rows include rejected pairs, which have another {@code status} than {@code accepted}.
 *
 * @param version 1 for the first, and one more with each change; every version is kept in {@code versions/}
 * @param runs whose pairs it holds
 * @param files in the order of their keys
 */
public record PublishedDataset(
        String name,
        int version,
        Instant publishedAt,
        List<String> runs,
        List<Unit> units,
        List<File> files,
        String productVersion) {

    public PublishedDataset {
        requireNonNull(name, "name");
        runs = List.copyOf(requireNonNull(runs, "runs"));
        units = List.copyOf(requireNonNull(units, "units"));
        files = List.copyOf(requireNonNull(files, "files"));
    }

    /**
     * The pairs of one (category, defect) by one run.
     *
     * @param adapter fingerprint of the adapter that made them; null if the manifest does not say
     */
    public record Unit(String run, String category, String defect, String adapter, long accepted, long rejected) {}

    /**
     * A Parquet file.
     *
     * @param key path below the store's root
     */
    public record File(String key, long bytes, String run, String category, String defect) {

        public UnitKey unit() {
            return new UnitKey(category, defect);
        }
    }

    /** Whether both hold the same pairs, whenever they were published. */
    boolean sameContent(PublishedDataset other) {
        return runs.equals(other.runs) && files.equals(other.files) && units.equals(other.units);
    }

    PublishedDataset withVersion(int number) {
        return new PublishedDataset(name, number, publishedAt, runs, units, files, productVersion);
    }

    long accepted() {
        return units.stream().mapToLong(Unit::accepted).sum();
    }
}
