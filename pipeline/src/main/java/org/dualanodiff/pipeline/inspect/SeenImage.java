package org.dualanodiff.pipeline.inspect;

/**
 * An image that was opened.
 *
 * @param label its defect, or {@code good}
 * @param training whether it is for training, and not for testing
 * @param file its path below the data set's root
 * @param pixels SHA-256 of the decoded picture
 */
record SeenImage(
        String category,
        String label,
        boolean training,
        String file,
        int width,
        int height,
        String pixels,
        Thumbnail thumbnail) {}
