package org.dualanodiff.model.training;

import java.awt.image.BufferedImage;
import java.util.List;
import org.dualanodiff.model.mask.Mask;

/**
 * How much the positions of a defect should weigh in the loss, by its size. A weight makes small defects learned in fewer
 * steps, but also more likely than they are: where a half-trained model is in doubt, it draws defect. Large ones need none and
 * would grow.
 */
final class DefectWeight {

    /** Of the rest's weight: from here on a defect is not overlooked. */
    private static final double SHARE = 0.2;

    private static final double MOST = 4;

    private DefectWeight() {}

    /** So much that defects together weigh a fifth of the rest, 1 to 4. */
    static double of(List<TrainingExample> examples) {
        double defect = examples.stream()
                .map(TrainingExample::mask)
                .mapToDouble(DefectWeight::share)
                .average()
                .orElse(0);
        return Math.max(1, Math.min(MOST, SHARE * (1 - defect) / defect));
    }

    private static double share(BufferedImage mask) {
        return Mask.of(mask).share();
    }
}
