package org.dualanodiff.pipeline.report;

import java.util.List;
import java.util.Map;

/**
 * What a report shows of all samples that a run has of one (category, defect).
 *
 * @param maskShares defect pixels over all pixels of each accepted pair
 * @param reasons rejected pairs by reason; a pair may have several
 * @param seconds device time of all pairs
 * @param acceptedExamples the first few accepted pairs
 * @param rejectedExamples the first few rejected pairs whose pixels were kept
 */
public record GeneratedPairs(
        int accepted,
        int rejected,
        double[] maskShares,
        Map<String, Integer> reasons,
        double seconds,
        List<PairThumbnail> acceptedExamples,
        List<PairThumbnail> rejectedExamples) {

    public static final GeneratedPairs NONE =
            new GeneratedPairs(0, 0, new double[0], Map.of(), 0, List.of(), List.of());

    /** Accepted pairs shown. */
    public static final int ACCEPTED_EXAMPLES = 8;

    /** Rejected pairs shown. */
    public static final int REJECTED_EXAMPLES = 4;

    public GeneratedPairs {
        reasons = Map.copyOf(reasons);
        acceptedExamples = List.copyOf(acceptedExamples);
        rejectedExamples = List.copyOf(rejectedExamples);
    }

    int all() {
        return accepted + rejected;
    }
}
