package org.dualanodiff.pipeline.dataset;

import java.util.List;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * A defect image as its data set lists it, not opened yet.
 *
 * @param name tells it from the other images of its defect, for good: split lists and provenance use it
 * @param file its path below the data set's root, for messages
 * @param part the part of the data set that it is said to belong to
 */
record Candidate(String name, String file, FileEntry image, Mask mask, Part part) {

    /** What a data set may say of an image. */
    enum Part {
        TRAINING,
        TEST,
        UNSAID
    }

    /** What the data set says about the image's mask. */
    sealed interface Mask {
        /** Where it is said, below the data set's root; for messages. */
        String file();

        /** @param level a pixel is marked from this grey level up */
        record OfFile(FileEntry entry, String file, int level) implements Mask {}

        /** Regions of an image that is listed with this size; {@code file} says where. */
        record Drawn(List<Outline> outlines, int width, int height, String file) implements Mask {}

        /** There is none that could be opened. */
        record None(String file, Reason reason, String detail) implements Mask {}
    }
}
