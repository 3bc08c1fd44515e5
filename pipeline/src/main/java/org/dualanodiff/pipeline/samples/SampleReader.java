package org.dualanodiff.pipeline.samples;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetReader;
import org.apache.parquet.hadoop.api.ReadSupport;
import org.apache.parquet.hadoop.example.GroupReadSupport;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.schema.MessageType;

/** An open samples file. */
final class SampleReader implements Closeable {

    private final Path file;
    private final ParquetReader<Group> rows;

    /** @throws IOException if this is not a Parquet file with all columns of {@link SampleSchema} */
    SampleReader(Path file) throws IOException {
        this.file = file;
        checkColumns(file);
        this.rows = new Builder(file).build();
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
            return row == null ? null : SampleRow.sample(row);
        } catch (IOException | RuntimeException e) {
            throw new UncheckedIOException(unreadable(file, e));
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
    private static void checkColumns(Path file) throws IOException {
        MessageType columns = columns(file);
        List<String> missing = SampleSchema.COLUMNS.getPaths().stream()
                .filter(path -> !columns.containsPath(path))
                .map(path -> String.join(".", path))
                .toList();
        if (!missing.isEmpty()) {
            throw new IOException("%s is a Parquet file, but not one of generated samples: it has no column %s"
                    .formatted(file, String.join(", ", missing)));
        }
    }

    static MessageType columns(Path file) throws IOException {
        ParquetReadOptions options =
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build();
        LocalInputFile input = new LocalInputFile(file);
        try (ParquetFileReader footer = ParquetFileReader.open(input, options)) {
            return footer.getFileMetaData().getSchema();
        } catch (RuntimeException e) {
            throw unreadable(file, e);
        }
    }

    static IOException unreadable(Path file, Exception cause) {
        return new IOException(
                "%s cannot be read as a Parquet file of generated samples, it may be cut off or damaged: %s"
                        .formatted(file, cause.getMessage()),
                cause);
    }

    private static final class Builder extends ParquetReader.Builder<Group> {

        Builder(Path file) {
            super(new LocalInputFile(file), new PlainParquetConfiguration());
        }

        @Override
        protected ReadSupport<Group> getReadSupport() {
            return new GroupReadSupport();
        }
    }
}
