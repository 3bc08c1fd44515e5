package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import java.util.Optional;

/**
 * Agreement of the pixels at or above a threshold with the defects.
 *
 * @param micro summed intersections over summed unions; empty if no image has a union
 * @param meanOverImages mean over the images that have a union
 */
public record IntersectionOverUnion(
        double threshold, Optional<Double> micro, Optional<Double> meanOverImages, long intersection, long union) {

    public static IntersectionOverUnion at(double threshold, List<ScoreMap> maps) {
        long intersection = 0;
        long union = 0;
        double sum = 0;
        int images = 0;
        for (ScoreMap map : maps) {
            long both = count(map, threshold, true);
            long either = count(map, threshold, false);
            intersection += both;
            union += either;
            sum += either == 0 ? 0 : (double) both / either;
            images += either == 0 ? 0 : 1;
        }
        return new IntersectionOverUnion(
                threshold,
                union == 0 ? Optional.empty() : Optional.of((double) intersection / union),
                images == 0 ? Optional.empty() : Optional.of(sum / images),
                intersection,
                union);
    }

    private static long count(ScoreMap map, double threshold, boolean both) {
        long count = 0;
        for (int i = 0; i < map.scores().length; i++) {
            boolean found = map.scores()[i] >= threshold;
            count += (both ? found && map.defect()[i] : found || map.defect()[i]) ? 1 : 0;
        }
        return count;
    }
}
