package org.dualanodiff.pipeline.export;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.schema.GroupType;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.apache.parquet.schema.Type;
import org.dualanodiff.pipeline.TextResource;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Keys;
import org.dualanodiff.pipeline.export.PublishDataset.Card;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleFile;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * {@code data/train-PART.parquet} and a {@code README.md} card. Card and files both name the columns' features, so that
 * {@code datasets.load_dataset} gives images, also of a single file.
 */
record HuggingFaceFormat() implements PairFormat {

    @Override
    public Stream<ExportedPair.Entry> write(
            String part, Stream<ExportedPair> pairs, ExportPlan.Classes classes, ObjectStore target) {
        String key = Keys.of("data", "train-" + part + ".parquet");
        try {
            Path local = Files.createTempFile("dualanodiff-export-", ".parquet");
            try {
                List<ExportedPair.Entry> written = new ArrayList<>();
                ParquetFile.write(
                        local,
                        pairs.peek(pair -> written.add(pair.entry(key, null)))
                                .map(ExportedPair::generated)
                                .iterator());
                if (!written.isEmpty()) {
                    target.upload(local, key);
                }
                return written.stream();
            } finally {
                Files.deleteIfExists(local);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> folders(ExportPlan.Classes classes) {
        return List.of("data");
    }

    @Override
    public void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) {
        try (Stream<ExportedPair.Entry> all = entries.stream()) {
            target.write("README.md", Readme.of(classes, all.count()).getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The {@code README.md} of a Hugging Face data set: features for the library, a few words for people. */
    static final class Readme {

        private Readme() {}

        static String of(ExportPlan.Classes classes, long pairs) {
            return Card.of(
                    "huggingface-card.md",
                    Map.of(
                            "size", sizeCategory(pairs),
                            "features", features(),
                            "classes", Card.plain(String.join(", ", classes.names())),
                            "count", Long.toString(pairs)));
        }

        private static String features() {
            return ParquetFile.COLUMNS.getFields().stream()
                    .map(field -> feature(field, "  "))
                    .collect(Collectors.joining("\n"));
        }

        private static String feature(Type field, String indent) {
            String name = indent + "- name: " + field.getName() + "\n" + indent + "  ";
            if (ParquetFile.isPicture(field)) {
                return name + "dtype: image";
            } else if (field instanceof GroupType group) {
                return name + "struct:\n"
                        + group.getFields().stream()
                                .map(part -> feature(part, indent + "  "))
                                .collect(Collectors.joining("\n"));
            }
            return name + "dtype: " + ParquetFile.dtype(field);
        }

        /** One of the hub's own size classes. */
        private static String sizeCategory(long pairs) {
            if (pairs < 1_000) {
                return "n<1K";
            } else if (pairs < 10_000) {
                return "1K<n<10K";
            }
            return pairs < 100_000 ? "10K<n<100K" : "100K<n<1M";
        }
    }

    /**
     * Parquet files with the columns of {@code huggingface.schema} and, in the footer's {@code huggingface} entry, the features
     * that the {@code datasets} library takes them for. The library believes the entry only for columns that may be null, so
     * they are declared to be.
     */
    static final class ParquetFile {

        static final MessageType COLUMNS =
                MessageTypeParser.parseMessageType(TextResource.read(ParquetFile.class, "huggingface.schema"));

        private ParquetFile() {}

        static void write(Path file, Iterator<GeneratedSample> samples) throws IOException {
            try (ParquetWriter<Group> writer = SampleFile.writer(file, COLUMNS, Map.of("huggingface", features()))) {
                while (samples.hasNext()) {
                    writer.write(row(samples.next()));
                }
            }
        }

        private static Group row(GeneratedSample sample) {
            Group row = new SimpleGroup(COLUMNS);
            sample.id().addTo(row);
            sample.origin().addTo(row);
            sample.pictures().addTo(row, sample.id().name());
            sample.mask().addTo(row);
            return row;
        }

        private static String features() {
            JsonObject features = new JsonObject();
            COLUMNS.getFields().forEach(field -> features.add(field.getName(), feature(field)));
            JsonObject info = new JsonObject();
            info.add("features", features);
            JsonObject root = new JsonObject();
            root.add("info", info);
            return root.toString();
        }

        private static JsonObject feature(Type field) {
            JsonObject feature = new JsonObject();
            if (isPicture(field)) {
                feature.addProperty("_type", "Image");
            } else if (field instanceof GroupType group) {
                group.getFields().forEach(part -> feature.add(part.getName(), feature(part)));
            } else {
                feature.addProperty("dtype", dtype(field));
                feature.addProperty("_type", "Value");
            }
            return feature;
        }

        /** A group with a field for the bytes of a file. */
        static boolean isPicture(Type field) {
            return field instanceof GroupType group && group.containsField("bytes");
        }

        /** A column's type in the library's words. */
        static String dtype(Type field) {
            return switch (field.asPrimitiveType().getPrimitiveTypeName()) {
                case INT32 -> "int32";
                case INT64 -> "int64";
                case DOUBLE -> "float64";
                default -> "string";
            };
        }
    }
}
