package org.dualanodiff.pipeline.export;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;

/** The forms of an export. */
public enum ExportFormat {
    /** Folders of the MVTec AD data set. */
    MVTEC,
    /** COCO instance segmentation, once with run lengths and once with polygons. */
    COCO,
    /** Pictures and polygon labels as Ultralytics YOLO reads them. */
    YOLO,
    /** A Hugging Face data-set directory whose picture columns load as images. */
    HUGGINGFACE,
    /** Picture files in folders, and a manifest with one JSON object a pair. */
    PNG;

    /** Whether real images can be written beside the generated ones. */
    public boolean takesOriginals() {
        return this != HUGGINGFACE;
    }

    PairFormat pairFormat() {
        return switch (this) {
            case MVTEC -> new MvtecFormat();
            case COCO -> new CocoFormat();
            case YOLO -> new YoloFormat();
            case HUGGINGFACE -> new HuggingFaceFormat();
            case PNG -> new PngFormat();
        };
    }

    /** How pairs are laid out. Paths are keys below the export's root. */
    sealed interface PairFormat permits CocoFormat, HuggingFaceFormat, MvtecFormat, PngFormat, YoloFormat {

        /**
         * Writes the files of one part, over those of an earlier attempt.
         *
         * @param part a name that no other part has
         * @return what was written, one entry a pair, made as it is asked for
         */
        Stream<ExportedPair.Entry> write(
                String part, Stream<ExportedPair> pairs, ExportPlan.Classes classes, ObjectStore target);

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
        void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) throws IOException;

        /** What all parts have written, in a fixed order; may be walked any number of times. */
        @FunctionalInterface
        interface Entries {
            Stream<ExportedPair.Entry> stream();
        }

        /** Keys from names of any kind. */
        static final class Keys {

            private Keys() {}

            /** Segments that stand for themselves, joined. */
            static String of(String... segments) {
                return String.join("/", segments);
            }

            /** Names, such as those of categories, made fit for segments and joined. */
            static String named(String... names) {
                return Arrays.stream(names).map(PathSegment::escape).collect(Collectors.joining("/"));
            }
        }

        /** A text file that grows on this machine and goes to the store in one step when it is whole. */
        static final class Upload implements Closeable {

            private final ObjectStore target;
            private final String key;
            private final Path local;
            private final Writer writer;

            Upload(ObjectStore target, String key) throws IOException {
                this.target = target;
                this.key = key;
                this.local = Files.createTempFile("dualanodiff-export-", ".txt");
                this.writer = Files.newBufferedWriter(local, StandardCharsets.UTF_8);
            }

            Writer writer() {
                return writer;
            }

            /** Sends the file; without it nothing is left. */
            void commit() throws IOException {
                writer.close();
                target.upload(local, key);
            }

            @Override
            public void close() throws IOException {
                writer.close();
                Files.deleteIfExists(local);
            }
        }
    }
}
