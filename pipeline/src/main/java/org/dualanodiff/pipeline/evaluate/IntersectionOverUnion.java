package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import java.util.Optional;

/**
 * Agreement of the pixels at or above a threshold with the defects: pixels that are both, and pixels that are either,
 * summed over all images.
 */
public record IntersectionOverUnion(long intersection, long union) {

    public static IntersectionOverUnion at(double threshold, List<ScoreMap> maps) {
        long intersection = 0;
        long union = 0;
        for (ScoreMap map : maps) {
            boolean[] defect = map.defect().set();
            for (int i = 0; i < defect.length; i++) {
                boolean found = map.scores()[i] >= threshold;
                intersection += found && defect[i] ? 1 : 0;
                union += found || defect[i] ? 1 : 0;
            }
        }
        return new IntersectionOverUnion(intersection, union);
    }

    /** Empty if there is neither a defect nor anything found. */
    public Optional<Double> value() {
        return union == 0 ? Optional.empty() : Optional.of((double) intersection / union);
    }
}
