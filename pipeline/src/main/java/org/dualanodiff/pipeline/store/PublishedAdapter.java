package org.dualanodiff.pipeline.store;

import java.io.Serializable;

/**
 * An adapter that any task can use.
 *
 * @param weightsKey its weights' key in the store
 * @param weightsUri the same as an address for Hadoop, Spark and people
 */
public record PublishedAdapter(String weightsKey, String weightsUri, Provenance provenance) implements Serializable {
    public AdapterId id() {
        return provenance.id();
    }
}
