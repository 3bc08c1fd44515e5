package org.dualanodiff.pipeline.generate;

import java.io.Serializable;
import java.util.BitSet;
import java.util.Map;
import java.util.Set;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * One file of the table to be written.
 *
 * @param sources which indices to take of which staged file; each index once
 * @param nearest distance to the nearest good pair by index, where there is one
 * @param copies indices of near-copies
 * @param keepRejectedPixels whether these keep their pictures
 */
public record CommitTask(
        String runId,
        AdapterId adapter,
        Map<String, BitSet> sources,
        Map<Integer, Double> nearest,
        Set<Integer> copies,
        boolean keepRejectedPixels)
        implements Serializable {}
