package org.dualanodiff.pipeline.report;

import java.util.List;

/** Pairs under one title, such as "real" or "generated". */
public record PairGroup(String title, List<PairThumbnail> pairs) {
    public PairGroup {
        pairs = List.copyOf(pairs);
    }
}
