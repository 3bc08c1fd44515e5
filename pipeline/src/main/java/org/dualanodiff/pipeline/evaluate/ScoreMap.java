package org.dualanodiff.pipeline.evaluate;

/**
 * What a detector says of one image, and what is true.
 *
 * @param scores {@code (height, width)}, row major: higher is more anomalous
 * @param defect {@code (height, width)}: the defect's pixels
 */
public record ScoreMap(int width, int height, float[] scores, boolean[] defect) {

    public ScoreMap {
        if (scores.length != width * height || defect.length != scores.length) {
            throw new IllegalArgumentException("A map of %d x %d needs as many scores and labels, found %d and %d"
                    .formatted(width, height, scores.length, defect.length));
        }
    }

    /** Whether any pixel is defect. */
    public boolean isDefective() {
        for (boolean pixel : defect) {
            if (pixel) {
                return true;
            }
        }
        return false;
    }
}
