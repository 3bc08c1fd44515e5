package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * Turns the lines of a table or manifest into the entries of a catalog.
 *
 * @param root what paths in messages are relative to
 * @param base what the table's paths are relative to
 * @param maskLevel grey level from which a mask marks a pixel
 */
record ListedImages(FileIndex index, Path root, Path base, int maskLevel, CatalogBuilder catalog) {
    private static final Set<String> GOOD = Set.of("good", "normal", "ok");

    /**
     * One line.
     *
     * @param place the table and the line's number
     * @param defect empty, {@code good}, {@code normal} or {@code ok} for a good image
     * @param mask empty where there is none
     */
    record Line(String place, String image, String mask, String category, String defect, Candidate.Part part) {
        boolean isGood() {
            return defect.isBlank() || GOOD.contains(defect);
        }
    }

    void add(Line line) throws IOException {
        try {
            FileEntry image = index.find(List.of(base), line.image());
            String file = DatasetFiles.below(root, image.path());
            if (line.isGood()) {
                catalog.good(line.category(), file, image, line.part());
            } else {
                catalog.defect(
                        line.category(),
                        line.defect(),
                        new Candidate(line.image(), file, image, mask(line, file), line.part()));
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
        return new Candidate.Mask.OfFile(mask, DatasetFiles.below(root, mask.path()), maskLevel);
    }

    /** What a split column says; empty where it says something that is not known. */
    static Optional<Candidate.Part> part(String split) {
        return switch (split) {
            case "" -> Optional.of(Candidate.Part.UNSAID);
            case "train", "training" -> Optional.of(Candidate.Part.TRAINING);
            case "test", "val", "valid", "validation" -> Optional.of(Candidate.Part.TEST);
            default -> Optional.empty();
        };
    }
}
