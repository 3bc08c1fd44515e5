package org.dualanodiff.model.detector;

/**
 * Where a training takes its batches from.
 *
 * @param <B> {@link SegmentationBatch} or {@link ClassificationBatch}
 */
@FunctionalInterface
public interface BatchSource<B> {

    /**
     * The batch of a step. The same step must give the same batch, or a training cannot be repeated.
     *
     * @param step from 1
     */
    B batch(int step);
}
