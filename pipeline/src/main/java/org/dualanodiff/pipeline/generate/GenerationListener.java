package org.dualanodiff.pipeline.generate;

/** Sees how a generate unit gets on. */
@FunctionalInterface
public interface GenerationListener {

    GenerationListener NONE = (done, total) -> {};

    /**
     * @param done samples of the unit made so far
     * @param total samples that the unit makes
     */
    void afterBlock(int done, int total);
}
