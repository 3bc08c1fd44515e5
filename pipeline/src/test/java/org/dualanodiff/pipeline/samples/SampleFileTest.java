package org.dualanodiff.pipeline.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroup;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;
import org.dualanodiff.pipeline.samples.SampleFile.SampleReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampleFileTest {

    private static final long MEGABYTE = 1 << 20;

    @TempDir
    private Path folder;

    @Test
    void read_ofWrittenSamples_givesThemBack() throws IOException {
        List<GeneratedSample> samples =
                List.of(TestSamples.accepted(), TestSamples.rejected(), TestSamples.withoutPixels());
        assertThat(SampleFile.read(written(samples.stream())))
                .usingRecursiveComparison()
                .withEqualsForType(Double::equals, Double.class)
                .isEqualTo(samples);
    }

    @Test
    void read_ofNoSamples_isEmpty() throws IOException {
        assertThat(SampleFile.read(written(Stream.empty()))).isEmpty();
    }

    @Test
    void write_ofSamples_tellsRowsAndBytes() throws IOException {
        Path file = folder.resolve("samples.parquet");
        SampleFile.WriteResult result = SampleFile.write(file, TestSamples.noise(3, 100));
        assertThat(result).isEqualTo(new SampleFile.WriteResult(3, Files.size(file)));
    }

    @Test
    void write_ofTheSameSamples_givesTheSameBytes() throws IOException {
        byte[] first = Files.readAllBytes(written(TestSamples.noise(40, 10_000)));
        byte[] second = Files.readAllBytes(written(TestSamples.noise(40, 10_000)));
        assertThat(second).isEqualTo(first);
    }

    @Test
    void write_ofShorterFileOverALonger_replacesIt() throws IOException {
        written(TestSamples.noise(3, 1000));
        assertThat(SampleFile.read(written(TestSamples.noise(1, 10)))).hasSize(1);
    }

    @Test
    void write_ofSamplesThatFailMidway_leavesNoFile() {
        Path file = folder.resolve("samples.parquet");
        Stream<GeneratedSample> failing = TestSamples.noise(5, 10).peek(sample -> {
            if (sample.id().index() == 3) {
                throw new IllegalStateException("device lost");
            }
        });
        assertThatThrownBy(() -> SampleFile.write(file, failing)).hasMessage("device lost");
        assertThat(file).doesNotExist();
    }

    @Test
    void write_ofLargePictures_keepsRowGroupsBelow64Megabytes() throws IOException {
        Path file = written(TestSamples.noise(150, 400_000));
        try (ParquetFileReader footer = footer(file)) {
            assertThat(footer.getRowGroups())
                    .hasSizeGreaterThan(1)
                    .extracting(BlockMetaData::getTotalByteSize)
                    .allSatisfy(bytes -> assertThat(bytes).isLessThan(64 * MEGABYTE));
        }
    }

    @Test
    void writeAndStream_ofManyRows_keepTheHeapFlat() throws IOException {
        Heap writing = new Heap();
        Path file = written(TestSamples.noise(2_000, 20_000).peek(writing::look));
        assertThat(Files.size(file)).isGreaterThan(2_000 * 60_000L);
        assertThat(writing.growth()).isLessThan(80 * MEGABYTE);

        Heap reading = new Heap();
        try (Stream<GeneratedSample> samples = new SampleReader(file, file.toString()).stream()) {
            assertThat(samples.peek(reading::look)
                            .mapToLong(sample -> sample.id().index())
                            .sum())
                    .isEqualTo(2_000L * 1_999 / 2);
        }
        assertThat(reading.growth()).isLessThan(80 * MEGABYTE);
    }

    @Test
    void write_ofSamples_hasThePublishedColumns() throws IOException {
        try (ParquetFileReader footer = footer(written(Stream.of(TestSamples.accepted())))) {
            assertThat(footer.getFileMetaData().getSchema()).hasToString(publishedColumns());
        }
    }

    @Test
    void read_ofTruncatedFile_namesFile() throws IOException {
        Path file = written(TestSamples.noise(3, 1000));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> SampleFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining("cut off or damaged");
    }

    @Test
    void read_ofDamagedRows_namesFile() throws IOException {
        Path file = written(TestSamples.noise(3, 1000));
        byte[] bytes = Files.readAllBytes(file);
        Arrays.fill(bytes, 4, 200, (byte) 0xFF);
        Files.write(file, bytes);
        assertThatThrownBy(() -> SampleFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file.toString());
    }

    @Test
    void read_ofMissingFile_saysSo() {
        assertThatThrownBy(() -> SampleFile.read(folder.resolve("absent.parquet")))
                .isInstanceOfAny(NoSuchFileException.class, FileNotFoundException.class)
                .hasMessageContaining("absent.parquet");
    }

    @Test
    void read_ofOtherParquetFile_namesTheColumnsItLacks() throws IOException {
        Path file = folder.resolve("other.parquet");
        MessageType type = MessageTypeParser.parseMessageType("message m { required int64 sample_index; }");
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withType(type)
                .build()) {
            writer.write(new SimpleGroup(type).append("sample_index", 1L));
        }
        assertThatThrownBy(() -> SampleFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining("no column sample_id, category, defect, seed,");
    }

    private Path written(Stream<GeneratedSample> samples) throws IOException {
        Path file = folder.resolve("samples.parquet");
        SampleFile.write(file, samples);
        return file;
    }

    private static ParquetFileReader footer(Path file) throws IOException {
        return ParquetFileReader.open(
                new LocalInputFile(file),
                ParquetReadOptions.builder(new PlainParquetConfiguration()).build());
    }

    /** A copy of its own: what users read must not change because a file of the product did. */
    private static String publishedColumns() throws IOException {
        try (InputStream in = SampleFileTest.class.getResourceAsStream("published-columns.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The heap that is in use beyond what was in use at first. */
    private static final class Heap {
        private final long before = used();
        private long most = before;

        void look(GeneratedSample sample) {
            if (sample.id().index() % 100 == 99) {
                most = Math.max(most, used());
            }
        }

        long growth() {
            return most - before;
        }

        private static long used() {
            System.gc();
            return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
        }
    }
}
