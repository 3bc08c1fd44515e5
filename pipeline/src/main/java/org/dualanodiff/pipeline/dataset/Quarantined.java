package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;

/**
 * A file that was set aside.
 *
 * @param file its path below the data set's root, with {@code /} between folders
 * @param detail what was found, for a person
 */
public record Quarantined(String category, String defect, String file, Reason reason, String detail)
        implements Serializable {

    /** Why a file was set aside. */
    public enum Reason {
        /** The image is empty, cut off, damaged, too large or of a kind that cannot be decoded. */
        IMAGE_UNREADABLE,
        /** The same for the mask. */
        MASK_UNREADABLE,
        /** The file is listed, but the file system did not give its bytes. */
        STORAGE_ERROR,
        /** The image has no mask. */
        MASK_MISSING,
        /** The mask marks no pixel. */
        MASK_EMPTY,
        /** Image and mask differ in width or height. */
        SIZE_MISMATCH,
        /** The mask belongs to no image. */
        ORPHAN_MASK,
        /** Something in an image folder whose name is not an image's. */
        NOT_AN_IMAGE
    }
}
