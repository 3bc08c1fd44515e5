package org.dualanodiff.pipeline.report;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What a report shows of the real pairs that an adapter was trained on; kept beside the run, since the data set may
 * have moved when the report is looked at.
 *
 * @param maskShares defect pixels over all pixels, one number a training image
 * @param examples the first few pairs, small
 */
public record RealPairs(List<Double> maskShares, List<Example> examples) {

    public static final RealPairs NONE = new RealPairs(List.of(), List.of());

    public RealPairs {
        maskShares = List.copyOf(requireNonNull(maskShares, "mask_shares"));
        examples = List.copyOf(requireNonNull(examples, "examples"));
    }

    /**
     * One pair.
     *
     * @param image PNG in base64
     * @param mask PNG in base64
     */
    public record Example(String name, String image, String mask) {}
}
