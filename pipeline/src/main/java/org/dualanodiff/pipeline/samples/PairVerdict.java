package org.dualanodiff.pipeline.samples;

import java.io.Serializable;
import java.util.List;
import org.dualanodiff.pipeline.quality.PairSignature;

/**
 * A pair without its pictures.
 *
 * @param file that it lies in, a key of the store
 * @param reasons why it was rejected; empty for a good pair
 * @param signature to find near-copies by, or null
 */
public record PairVerdict(int index, String file, List<String> reasons, PairSignature signature)
        implements Serializable {

    public PairVerdict {
        reasons = List.copyOf(reasons);
    }

    public static PairVerdict of(GeneratedSample sample, String file) {
        return new PairVerdict(Math.toIntExact(sample.sampleIndex()), file, sample.reasons(), sample.signature());
    }

    public boolean accepted() {
        return reasons.isEmpty();
    }
}
