package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.List;

/**
 * What one detector achieved, or why there is none.
 *
 * @param all on all test images; null if it failed
 * @param noTwin without the test images that have a twin in training; null if it failed
 * @param classification mean figures of the classifier on the test defects, or null
 * @param cases every defective test image without a twin, best located first; empty but for the first seed
 * @param sheet PNG of the best and worst cases, or null
 * @param finalLoss mean over the last twentieth of the steps
 * @param reused whether an earlier evaluation had trained it
 * @param error null unless it failed
 */
public record ArmResult(
        String category,
        String arm,
        long seed,
        SubsetFigures all,
        SubsetFigures noTwin,
        Classification classification,
        List<CaseScore> cases,
        byte[] sheet,
        double finalLoss,
        double seconds,
        boolean reused,
        String error)
        implements Serializable {

    /** Accuracy and macro-F1 over defect types; rows of the confusion are true types, in the order of their names. */
    public record Classification(double accuracy, double macroF1, List<String> types, int[][] confusion)
            implements Serializable {}

    public static ArmResult failed(ArmTask task, double seconds, String error) {
        return new ArmResult(
                task.data().category(),
                task.arm().name(),
                task.seed(),
                null,
                null,
                null,
                List.of(),
                null,
                Double.NaN,
                seconds,
                false,
                error);
    }

    ArmResult withoutSheet() {
        return with(null, reused);
    }

    /** The same as found in the store. */
    ArmResult reused(byte[] found) {
        return with(found, true);
    }

    private ArmResult with(byte[] png, boolean known) {
        return new ArmResult(
                category, arm, seed, all, noTwin, classification, cases, png, finalLoss, seconds, known, error);
    }
}
