package org.dualanodiff.pipeline.samples;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;

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

    private SampleFile() {}

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
    public static WriteResult write(Path file, Iterator<GeneratedSample> samples) throws IOException {
        try {
            long rows = writeRows(file, samples);
            return new WriteResult(rows, Files.size(file));
        } catch (IOException | RuntimeException | Error e) {
            deleteAfter(e, file);
            throw e;
        }
    }

    /**
     * All samples of a file, in order, held in memory together.
     *
     * @throws IOException if this is not a whole samples file
     */
    public static List<GeneratedSample> read(Path file) throws IOException {
        try (SampleReader reader = new SampleReader(file)) {
            return reader.stream().toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * The samples of a file in order, read as they are asked for; one row group at most is in memory. Close the stream.
     *
     * @throws IOException if this is not a samples file; while it runs, the stream throws
     *     {@link UncheckedIOException} at a row that cannot be read
     */
    public static Stream<GeneratedSample> stream(Path file) throws IOException {
        return new SampleReader(file).stream();
    }

    private static long writeRows(Path file, Iterator<GeneratedSample> samples) throws IOException {
        long rows = 0;
        try (ParquetWriter<Group> writer = writer(file)) {
            while (samples.hasNext()) {
                writer.write(SampleRow.group(samples.next()));
                rows++;
            }
        }
        return rows;
    }

    private static ParquetWriter<Group> writer(Path file) throws IOException {
        return ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(SampleSchema.COLUMNS)
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
}
