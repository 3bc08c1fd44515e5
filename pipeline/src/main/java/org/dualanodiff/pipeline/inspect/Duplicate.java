package org.dualanodiff.pipeline.inspect;

/**
 * Two images that are the same, or look it.
 *
 * @param kind how alike they are
 * @param concern why it matters
 * @param first path below the data set's root
 * @param second path below the data set's root
 * @param distance one less the correlation of their thumbnails
 */
public record Duplicate(String category, Kind kind, Concern concern, String first, String second, double distance) {

    /** How alike two images are. */
    public enum Kind {
        /** The same pixels. */
        EXACT,
        /** Nearly the same pattern of light and dark: stored again, scaled, or taken again. */
        NEAR
    }

    /** Why two alike images matter. */
    public enum Concern {
        /** One is for training, the other for testing: scores on it are too good. */
        TRAINING_AND_TEST,
        /** They stand for different defects, or one for a good product. */
        DIFFERENT_LABELS
    }
}
