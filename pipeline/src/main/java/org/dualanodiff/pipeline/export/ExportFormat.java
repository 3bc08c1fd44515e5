package org.dualanodiff.pipeline.export;

import java.io.Closeable;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
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
    PNG,
    /** Tar files with picture, mask and JSON of each pair, as WebDataset's readers stream them. */
    WEBDATASET;

    /** Of a shard, if nobody wants another. */
    public static final long SHARD_BYTES = 256L << 20;

    /** Whether real images can be written beside the generated ones. */
    public boolean takesOriginals() {
        return this != HUGGINGFACE;
    }

    /** @param shardBytes about the size of the files in which many pairs lie, where the format leaves it open */
    PairFormat pairFormat(long shardBytes) {
        return switch (this) {
            case MVTEC -> new MvtecFormat();
            case COCO -> new CocoFormat();
            case YOLO -> new YoloFormat();
            case HUGGINGFACE -> new HuggingFaceFormat();
            case PNG -> new PngFormat();
            case WEBDATASET -> new WebDatasetFormat(shardBytes);
        };
    }

    /** How pairs are laid out. Paths are keys below the export's root. */
    sealed interface PairFormat permits PairFormat.OfFiles, HuggingFaceFormat, WebDatasetFormat {

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
         * @return its key; null if this format has no place for those of this split
         */
        default String good(String category, String split, String file) {
            return null;
        }

        /** Folders that hold the files of these classes' pairs and nothing else. */
        List<String> folders(ExportPlan.Classes classes);

        /** The files that a pair was written to. */
        default Stream<String> files(ExportedPair.Entry pair) {
            return Stream.of(pair.image(), pair.mask()).filter(Objects::nonNull);
        }

        /** Writes what spans all parts. */
        void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) throws IOException;

        /** A format with files of its own for each pair. */
        sealed interface OfFiles extends PairFormat permits CocoFormat, MvtecFormat, PngFormat, YoloFormat {

            /** Writes the files of a pair. */
            ExportedPair.Entry write(ExportedPair pair, ExportPlan.Classes classes, ObjectStore target);

            @Override
            default Stream<ExportedPair.Entry> write(
                    String part, Stream<ExportedPair> pairs, ExportPlan.Classes classes, ObjectStore target) {
                return pairs.map(pair -> write(pair, classes, target));
            }
        }

        /** What all parts have written, in a fixed order; may be walked any number of times. */
        @FunctionalInterface
        interface Entries {
            Stream<ExportedPair.Entry> stream();

            /** Files that hold the pairs, each once, in order. */
            default Set<String> images() {
                try (Stream<ExportedPair.Entry> all = stream()) {
                    return all.map(ExportedPair.Entry::image).collect(Collectors.toCollection(LinkedHashSet::new));
                }
            }
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
