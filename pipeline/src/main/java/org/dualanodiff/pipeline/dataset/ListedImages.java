package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * Turns the lines of a table or manifest into the entries of a catalog.
 *
 * @param root what paths in messages are relative to
 * @param base what the table's paths are relative to
 * @param maskLevel grey level from which a mask marks a pixel
 */
record ListedImages(FileIndex index, Path root, Path base, int maskLevel, Catalog.Builder catalog) {
    /**
     * One line.
     *
     * @param place the table and the line's number
     * @param defect a word for good for a good image; empty where the mask alone tells, without one a good image, too. Of
     *     numbers, 1 is a defect without a name and 0 a good image; where that has a mask, the mask tells whether there is a
     *     defect of the class 0. All others are names
     * @param mask empty where there is none
     */
    record Line(String place, String image, String mask, String category, String defect, Candidate.Part part) {
        private static final String ZERO = "0";

        Line {
            defect = named(defect);
        }

        /** Tables of some tools write whole numbers with a fraction, and truth in words. */
        private static String named(String label) {
            String plain = label.strip().toLowerCase(Locale.ROOT).replaceFirst("^(\\d+)\\.0+$", "$1");
            return switch (plain) {
                case ZERO, "false" -> ZERO;
                case "1", "true" -> Catalog.Builder.UNNAMED_DEFECT;
                default -> plain.matches("\\d+") ? plain : label;
            };
        }

        boolean isGood() {
            return Words.isGood(defect) || mask.isBlank() && isToldByMask();
        }

        boolean isToldByMask() {
            return defect.isBlank() || defect.equals(ZERO);
        }
    }

    void add(Line line) throws IOException {
        try {
            FileEntry image = index.find(List.of(base), line.image());
            String file = image.isListed() ? DatasetPath.below(root, image.path()) : line.image();
            if (!line.isGood()) {
                Candidate.Mask mask =
                        image.isListed() ? mask(line, file) : index.missing(image, List.of(base), line.image());
                Candidate candidate = new Candidate(line.image(), file, image, mask, line.part());
                String defect = line.defect().isBlank() ? Catalog.Builder.UNNAMED_DEFECT : line.defect();
                if (line.isToldByMask()) {
                    catalog.unnamedDefect(line.category(), defect, candidate);
                } else {
                    catalog.defect(line.category(), defect, candidate);
                }
            } else if (image.isListed()) {
                catalog.good(line.category(), file, image, line.part());
            } else {
                Candidate.Mask.None missing = index.missing(image, List.of(base), line.image());
                catalog.goodAside(line.category(), file, missing.reason(), missing.detail());
            }
        } catch (IllegalArgumentException e) {
            catalog.aside(line.place(), Reason.INVALID_ENTRY, "a path in it is none: " + e.getMessage());
        }
    }

    private Candidate.Mask mask(Line line, String imageFile) throws IOException {
        if (line.mask().isBlank()) {
            return new Candidate.Mask.None(imageFile, Reason.MASK_MISSING, line.place() + " names no mask");
        }
        FileEntry mask = index.find(List.of(base), line.mask());
        return mask.isListed()
                ? new Candidate.Mask.OfFile(mask, DatasetPath.below(root, mask.path()), maskLevel)
                : index.missing(mask, List.of(base), line.mask());
    }
}
