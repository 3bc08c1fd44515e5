package org.dualanodiff.pipeline.samples;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.dualanodiff.pipeline.TextResource;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Reads and writes generated samples as a local Parquet file with the columns of {@code samples.schema}.
 *
 * <p>The same samples give the same bytes: nothing of the machine, the time or a random source enters the file.
 */
public final class SampleFile {

    /** Row groups stay small, since a row holds three pictures and the writer keeps a group in memory. */
    private static final long ROW_GROUP_BYTES = 32L << 20;

    /**
     * The writer looks at its sizes after so many rows at the latest. Parquet's own first look is after 100 rows, by when
     * pictures of 400 kB fill 120 MB.
     */
    private static final int ROWS_BETWEEN_SIZE_CHECKS = 8;

    private static final MessageType COLUMNS =
            MessageTypeParser.parseMessageType(TextResource.read(SampleFile.class, "samples.schema"));

    private SampleFile() {}

    /**
     * The columns of every file, in their order: {@code samples.schema} beside this class. A picture is a struct of its PNG
     * bytes and a file name, which Hugging Face {@code datasets} calls an Image and every other reader opens as it is.
     */
    public static MessageType columns() {
        return COLUMNS;
    }

    /**
     * What was written.
     *
     * @param bytes of the file
     */
    public record WriteResult(long rows, long bytes) {}

    /**
     * Writes the samples as they come; one row group at most is in memory. If a sample cannot be had or written, no file
     * is left behind, since a part of the rows would look like a whole file.
     *
     * @param file replaced if it exists
     * @throws IOException if the file cannot be written
     */
    public static WriteResult write(Path file, Stream<GeneratedSample> samples) throws IOException {
        AtomicLong rows = new AtomicLong();
        try (ParquetWriter<Group> writer = writer(file)) {
            samples.forEach(sample -> {
                write(writer, sample);
                rows.incrementAndGet();
            });
        } catch (UncheckedIOException e) {
            deleteAfter(e, file);
            throw e.getCause();
        } catch (IOException | RuntimeException | Error e) {
            deleteAfter(e, file);
            throw e;
        }
        return new WriteResult(rows.get(), Files.size(file));
    }

    private static void write(ParquetWriter<Group> writer, GeneratedSample sample) {
        try {
            writer.write(sample.row());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * All samples of a file, in order, held in memory together.
     *
     * @throws IOException if this is not a whole samples file
     */
    public static List<GeneratedSample> read(Path file) throws IOException {
        try (SampleReader reader = new SampleReader(file, file.toString())) {
            return reader.stream().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * The samples of a file of the store in order, read as they are asked for; one row group at most is in memory. Close the
     * stream: the copy on this machine that is read goes then.
     *
     * @throws IOException if there is no room for the copy, or this is not a samples file; while it runs, the stream throws
     *     {@link UncheckedIOException} at a row that cannot be read
     * @throws org.dualanodiff.pipeline.store.StoreException if it is not there, or the store fails
     */
    public static Stream<GeneratedSample> stream(ObjectStore store, String key) throws IOException {
        Path copy = Files.createTempFile("dualanodiff-samples-", ".parquet");
        try {
            store.download(key, copy);
            return new SampleReader(copy, store.uri(key)).stream().onClose(() -> delete(copy));
        } catch (IOException | RuntimeException e) {
            delete(copy);
            throw e;
        }
    }

    private static void delete(Path copy) {
        try {
            Files.deleteIfExists(copy);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ParquetWriter<Group> writer(Path file) throws IOException {
        return writer(file, COLUMNS, Map.of());
    }

    /**
     * A writer of rows with the picture columns {@code image}, {@code mask} and {@code anomaly}.
     *
     * @param file replaced if it exists
     * @param metadata beside the schema in the footer
     * @throws IOException if the file cannot be made
     */
    public static ParquetWriter<Group> writer(Path file, MessageType columns, Map<String, String> metadata)
            throws IOException {
        return ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(columns)
                .withExtraMetaData(metadata)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .withRowGroupSize(ROW_GROUP_BYTES)
                .withMinRowCountForPageSizeCheck(1)
                .withMaxRowCountForPageSizeCheck(ROWS_BETWEEN_SIZE_CHECKS)
                // PNG bytes do not shrink further; snappy passes them through at little cost and every reader has it.
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withDictionaryEncoding("image.bytes", false)
                .withDictionaryEncoding("mask.bytes", false)
                .withDictionaryEncoding("anomaly.bytes", false)
                .build();
    }

    private static void deleteAfter(Throwable failure, Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /** An open samples file. */
    static final class SampleReader implements Closeable {

        private final String name;
        private final ParquetReader<Group> rows;

        /**
         * @param name of the file, for messages
         * @throws IOException if this is not a Parquet file with all {@link SampleFile#columns}
         */
        SampleReader(Path file, String name) throws IOException {
            this.name = name;
            checkColumns(file, name);
            this.rows = rows(file, new PlainParquetConfiguration());
        }

        /** The rows that were not read yet; closing the stream closes this reader. */
        Stream<GeneratedSample> stream() {
            return Stream.generate(this::next).takeWhile(Objects::nonNull).onClose(this::closeUnchecked);
        }

        @Override
        public void close() throws IOException {
            rows.close();
        }

        /** Null at the end. */
        private GeneratedSample next() {
            try {
                Group row = rows.read();
                return row == null ? null : GeneratedSample.of(row);
            } catch (IOException | RuntimeException e) {
                throw new UncheckedIOException(unreadable(name, e));
            }
        }

        private void closeUnchecked() {
            try {
                close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Columns may be optional here, as Spark writes them; more columns do no harm. */
        private static void checkColumns(Path file, String name) throws IOException {
            MessageType columns = columns(file, name);
            List<String> missing = COLUMNS.getPaths().stream()
                    .filter(path -> !columns.containsPath(path))
                    .map(path -> String.join(".", path))
                    .toList();
            if (!missing.isEmpty()) {
                throw new IOException("%s is a Parquet file, but not one of generated samples: it has no column %s"
                        .formatted(name, String.join(", ", missing)));
            }
        }

        static MessageType columns(Path file, String name) throws IOException {
            ParquetReadOptions options =
                    ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
            LocalInputFile input = new LocalInputFile(file);
            try (ParquetFileReader footer = ParquetFileReader.open(input, options)) {
                return footer.getFileMetaData().getSchema();
            } catch (RuntimeException e) {
                throw unreadable(name, e);
            }
        }

        static IOException unreadable(String name, Exception cause) {
            return new IOException(
                    "%s cannot be read as a Parquet file of generated samples, it may be cut off or damaged: %s"
                            .formatted(name, cause.getMessage()),
                    cause);
        }

        /** @param configuration may tell which columns are read */
        static ParquetReader<Group> rows(Path file, ParquetConfiguration configuration) throws IOException {
            return new Builder(file, configuration).build();
        }

        private static final class Builder extends ParquetReader.Builder<Group> {

            Builder(Path file, ParquetConfiguration configuration) {
                super(new LocalInputFile(file), configuration);
            }

            @Override
            protected ReadSupport<Group> getReadSupport() {
                return new GroupReadSupport();
            }
        }
    }
}
