package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;

/** How pairs are laid out. Paths are keys below the export's root. */
sealed interface PairFormat permits CocoFormat, HuggingFaceFormat, MvtecFormat, PngFormat, YoloFormat {

    /**
     * Writes the files of one part, over those of an earlier attempt.
     *
     * @param part a name that no other part has
     * @return what was written, one entry a pair, made as it is asked for
     */
    Stream<PairEntry> write(String part, Stream<ExportedPair> pairs, ClassNames classes, ObjectStore target);

    /**
     * Where a defect-free image goes.
     *
     * @param split {@code train} or {@code test}
     * @param file its name
     * @return its key; null if this format has no place for it
     */
    default String good(String category, String split, String file) {
        return null;
    }

    /** Writes what spans all parts. */
    void finish(Entries entries, ClassNames classes, ObjectStore target) throws IOException;

    /** What all parts have written, in a fixed order; may be walked any number of times. */
    @FunctionalInterface
    interface Entries {
        Stream<PairEntry> stream();
    }
}
