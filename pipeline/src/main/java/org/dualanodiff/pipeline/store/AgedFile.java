package org.dualanodiff.pipeline.store;

import java.time.Instant;

/**
 * One file of the store, finished or not.
 *
 * @param key path relative to the store's root, with {@code /} between segments
 * @param bytes its length
 * @param modified when it was last written, by the store's clock
 */
public record AgedFile(String key, long bytes, Instant modified) {

    /** Whether this is what a writer works on, or one that died left behind. */
    public boolean isUnfinished() {
        return TemporaryName.matches(key.substring(key.lastIndexOf('/') + 1));
    }
}
