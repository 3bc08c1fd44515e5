package org.dualanodiff.pipeline.evaluate;

/** Floats as whole numbers of the same order. */
final class ScoreKey {

    private ScoreKey() {}

    /** @throws IllegalArgumentException if the score is not a number */
    static int of(float score) {
        if (Float.isNaN(score)) {
            throw new IllegalArgumentException("a score is NaN; the detector that gave it diverged");
        }
        // Adding zero makes -0.0 the 0.0 that it equals.
        int bits = Float.floatToRawIntBits(score + 0.0f);
        return bits ^ ((bits >> 31) & Integer.MAX_VALUE);
    }

    static float score(int key) {
        return Float.intBitsToFloat(key ^ ((key >> 31) & Integer.MAX_VALUE));
    }
}
