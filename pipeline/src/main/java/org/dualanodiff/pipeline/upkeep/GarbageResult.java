package org.dualanodiff.pipeline.upkeep;

import java.util.List;

/**
 * What was found, and whether it was deleted.
 *
 * @param skipped what was left since somebody has begun to use it again
 */
public record GarbageResult(String store, boolean deleted, List<Garbage> garbage, List<Garbage> skipped) {

    public GarbageResult {
        garbage = List.copyOf(garbage);
        skipped = List.copyOf(skipped);
    }

    /** The whole for people, on one line. */
    public String sentence() {
        int files = garbage.stream().mapToInt(Garbage::files).sum();
        double megabytes = garbage.stream().mapToLong(Garbage::bytes).sum() / 1e6;
        return "%s: %d files, %.1f MB %s"
                .formatted(store, files, megabytes, deleted ? "deleted" : "could go; --delete deletes them");
    }
}
