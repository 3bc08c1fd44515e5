package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * A defect image as its data set lists it, not opened yet.
 *
 * @param name tells it from the other images of its defect, for good: split lists and provenance use it
 * @param file its path below the data set's root, for messages
 * @param part the part of the data set that it is said to belong to
 */
record Candidate(String name, String file, FileEntry image, Mask mask, Part part) implements Serializable {

    /** What a data set may say of an image. */
    enum Part {
        TRAINING,
        TEST,
        UNSAID;

        /** Of two statements on one image: one that is tested with never trains. */
        Part with(Part other) {
            return this == TEST || other == UNSAID ? this : other;
        }
    }

    /** The same image, with the mask and the part of another entry of it, too. */
    Candidate with(Candidate other) {
        return new Candidate(name, file, image, Mask.joined(List.of(mask, other.mask)), part.with(other.part));
    }

    /** The same image with another mask. */
    Candidate with(Mask newMask) {
        return new Candidate(name, file, image, newMask, part);
    }

    /** The same image as one of another part. */
    Candidate with(Part newPart) {
        return new Candidate(name, file, image, mask, newPart);
    }

    /** The same image without its mask where a file of either is in doubt, and with the reason instead. */
    Candidate unless(Map<Path, String> doubts) {
        return Stream.concat(Stream.of(image.path()), mask.files())
                .map(doubts::get)
                .filter(Objects::nonNull)
                .findFirst()
                .map(doubt -> with(new Mask.None(file, Reason.INVALID_ENTRY, doubt)))
                .orElse(this);
    }

    Candidate named(String newName) {
        return new Candidate(newName, file, image, mask, part);
    }

    /** What the data set says about the image's mask. */
    sealed interface Mask extends Serializable {
        /** Where it is said, below the data set's root; for messages. */
        String file();

        /** The files that it is read from. */
        default Stream<Path> files() {
            return Stream.empty();
        }

        /** @param level a pixel is marked from this grey level up; 0 to detect it */
        record OfFile(FileEntry entry, String file, int level) implements Mask {
            @Override
            public Stream<Path> files() {
                return Stream.of(entry.path());
            }
        }

        /**
         * Regions of an image; {@code file} says where they stand.
         *
         * @param width of the image, as it is listed; 0 where it is not
         * @param height of the image, as it is listed; 0 where it is not
         */
        record Drawn(List<Outline> outlines, int width, int height, String file) implements Mask {
            Drawn with(List<Outline> regions) {
                return new Drawn(regions, width, height, file);
            }
        }

        /** All of these together, at least two. */
        record Several(List<Mask> parts) implements Mask {
            @Override
            public String file() {
                return parts.get(0).file();
            }

            @Override
            public Stream<Path> files() {
                return parts.stream().flatMap(Mask::files);
            }
        }

        /** There is none that could be opened. */
        record None(String file, Reason reason, String detail) implements Mask {}

        /** @param masks at least one */
        static Mask joined(List<Mask> masks) {
            List<Mask> parts = new ArrayList<>();
            for (Mask mask : masks) {
                for (Mask part : mask instanceof Several several ? several.parts() : List.of(mask)) {
                    if (part instanceof None) {
                        return part;
                    } else if (!parts.contains(part)) {
                        parts.add(part);
                    }
                }
            }
            return parts.size() == 1 ? parts.get(0) : new Several(List.copyOf(parts));
        }
    }
}
