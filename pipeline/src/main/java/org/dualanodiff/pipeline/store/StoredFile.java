package org.dualanodiff.pipeline.store;

import java.io.Serializable;

/**
 * One file of the store.
 *
 * @param key path relative to the store's root, with {@code /} between segments
 * @param bytes its length
 */
public record StoredFile(String key, long bytes) implements Serializable {}
