package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import org.dualanodiff.pipeline.DisplayText;

/**
 * A file, or an entry of a table, that was set aside.
 *
 * @param category empty where an entry does not tell it
 * @param defect {@code good} for a good image, empty where an entry does not tell it
 * @param file its path below the data set's root, with {@code /} between folders; for an entry, the table's and the place
 * @param detail what was found, for a person
 */
public record Quarantined(String category, String defect, String file, Reason reason, String detail)
        implements Serializable {

    public Quarantined {
        file = DisplayText.line(file);
        detail = DisplayText.line(detail);
    }

    /** Why a file was set aside. */
    public enum Reason {
        /** The image is empty, cut off, damaged, too large or of a kind that cannot be decoded. */
        IMAGE_UNREADABLE,
        /** The same for the mask. */
        MASK_UNREADABLE,
        /** The file is listed, but the file system did not give its bytes. */
        STORAGE_ERROR,
        /** A link or an entry leads out of the data set's root, or to what is no file. */
        OUTSIDE_ROOT,
        /** The image has no mask. */
        MASK_MISSING,
        /** The mask marks no pixel. */
        MASK_EMPTY,
        /** The mask marks every pixel. */
        MASK_FULL,
        /** Which part of the mask's picture is marked cannot be told. */
        MASK_UNCLEAR,
        /** The mask's file holds the same bytes as the image's. */
        MASK_IS_IMAGE,
        /** The image is so much longer than wide that no square of it is of use. */
        EXTREME_SHAPE,
        /** Image and mask differ in width or height. */
        SIZE_MISMATCH,
        /** The mask belongs to no image. */
        ORPHAN_MASK,
        /** Something in an image folder whose name is not an image's. */
        NOT_AN_IMAGE,
        /** A line, row or annotation that does not say what it must. */
        INVALID_ENTRY,
        /** The image is listed twice for one defect. */
        DUPLICATE_ENTRY
    }
}
