package org.dualanodiff.pipeline.upkeep;

import java.util.Optional;

/**
 * Something in a store that nobody needs any more.
 *
 * @param reason why
 * @param key of a file, or of a folder that goes with all under it
 * @param runId the run that it belongs to, if any
 */
public record Garbage(String reason, String key, int files, long bytes, Optional<String> runId) {

    /** For people, on one line. */
    public String line() {
        return "%s: %s (%d files, %.1f MB)".formatted(reason, key, files, bytes / 1e6);
    }
}
