package org.dualanodiff.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.ReadOnlyBufferException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    private static final String TWO_FLOATS = "{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}";

    @TempDir
    Path folder;

    @Test
    void reader_ofEveryFloatType_givesTheSameNumbers() throws IOException {
        Path file = file(
                """
                {"__metadata__":{"format":"pt"},
                 "f32":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
                 "f16":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]},
                 "bf16":{"dtype":"BF16","shape":[2,1],"data_offsets":[12,16]}}""",
                buffer(16)
                        .putFloat(1.5f)
                        .putFloat(-2)
                        .putShort((short) 0x3e00)
                        .putShort((short) 0xc000)
                        .putShort((short) 0x3fc0)
                        .putShort((short) 0xc000));

        SafetensorsFile opened = SafetensorsFile.open(file);

        assertThat(opened.metadata()).containsExactly(Map.entry("format", "pt"));
        assertThat(opened.tensors().keySet()).containsExactly("f32", "f16", "bf16");
        assertThat(opened.tensor("bf16").shape()).containsExactly(2, 1);
        for (String name : opened.tensors().keySet()) {
            assertThat(opened.floats(name)).as(name).containsExactly(1.5f, -2);
        }
    }

    @Test
    void floats_readFromAFile_leaveNoPagesOfItInMemory() throws IOException {
        assumeTrue(Files.exists(Path.of("/proc/self/smaps")));
        int count = 1 << 20;
        ByteBuffer numbers = buffer(count * Float.BYTES);
        for (int i = 0; i < count; i++) {
            numbers.putFloat(i);
        }
        Path file = file(
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]}}"
                        .formatted(count, count * Float.BYTES),
                numbers);
        SafetensorsFile opened = SafetensorsFile.open(file);
        ByteBuffer mapped = opened.map("a");
        assertThat(mapped.getFloat(4 * (count - 1))).isEqualTo(count - 1);
        assertThat(residentKibibytes(file)).isPositive();

        opened.giveBack(mapped);
        assertThat(opened.floats("a")).endsWith(count - 1);

        assertThat(residentKibibytes(file)).isZero();
        assertThat(mapped.getFloat(4 * (count - 1))).isEqualTo(count - 1);
    }

    /** Of all mappings of the file in this process. */
    private static long residentKibibytes(Path file) throws IOException {
        long sum = 0;
        boolean ofFile = false;
        for (String line : Files.readAllLines(Path.of("/proc/self/smaps"))) {
            if (line.matches("[0-9a-f]+-[0-9a-f]+ .*")) {
                ofFile = line.endsWith(file.toRealPath().toString());
            } else if (ofFile && line.startsWith("Rss:")) {
                sum += Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        return sum;
    }

    @Test
    void reader_ofScalarAndEmptyTensors_givesTheirElements() throws IOException {
        Path file = file("""
                {"empty":{"dtype":"F32","shape":[0,4],"data_offsets":[0,0]},
                 "scalar":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}""", buffer(8).putLong(-7));

        SafetensorsFile opened = SafetensorsFile.open(file);

        assertThat(opened.floats("empty")).isEmpty();
        assertThat(opened.map("scalar").asLongBuffer().get()).isEqualTo(-7);
    }

    @Test
    void map_ofTensor_isReadOnlyDirectLittleEndian() throws IOException {
        ByteBuffer mapped = SafetensorsFile.open(
                        file("{\"w\":" + TWO_FLOATS + "}", buffer(8).putFloat(1).putFloat(2)))
                .map("w");

        assertThat(mapped.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
        assertThat(mapped.isDirect()).isTrue();
        assertThat(mapped.remaining()).isEqualTo(8);
        assertThatExceptionOfType(ReadOnlyBufferException.class).isThrownBy(() -> mapped.put(0, (byte) 1));
    }

    @Test
    void reader_ofTensorBeyondFourGigabytes_givesItsNumbersAndRefusesTheHugeOne() throws IOException {
        long huge = 5L << 30;
        String header = """
                {"huge":{"dtype":"U8","shape":[%d],"data_offsets":[0,%d]},
                 "last":{"dtype":"F32","shape":[2],"data_offsets":[%d,%d]}}""".formatted(huge, huge, huge, huge + 8);
        Path file = file(header, buffer(0));
        // Writing beyond the end leaves a hole: the file takes no room on disk.
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.write(buffer(8).putFloat(3).putFloat(4).flip(), channel.size() + huge);
        }

        SafetensorsFile opened = SafetensorsFile.open(file);

        assertThat(opened.floats("last")).containsExactly(3, 4);
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> opened.map("huge"))
                .withMessageContainingAll(file.toString(), "huge", "5368709120", "2 GiB");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "not json | not the JSON",
                "[] | not the JSON",
                "{'a':T} {} | not the JSON",
                "{'a':1} | not the JSON that safetensors prescribes, at $.a",
                "{'a':T,'a':T} | tensor a appears twice",
                "{'__metadata__':{'k':'1','k':'2'},'a':T} | k twice",
                "{'__metadata__':{},'__metadata__':{},'a':T} | __metadata__ appears twice",
                "{'a':{'dtype':'F32','dtype':'F32','shape':[2],'data_offsets':[0,8]}} | dtype appears twice",
                "{'a':{'dtype':'F32','shape':[2]}} | tensor a: needs dtype, shape and data_offsets",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8],'x':1}} | unknown header key x",
                "{'a':{'dtype':'C64','shape':[1],'data_offsets':[0,8]}} | element type C64 is not supported",
                "{'a':{'dtype':'F32','shape':[-2],'data_offsets':[0,8]}} | must not be negative, found -2",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[8,0]}} | end before they begin",
                "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8,16]}} | must be [begin, end]",
                "{'a':{'dtype':'F32','shape':[3],'data_offsets':[0,8]}} | F32[3] needs 12 bytes, data_offsets give 8",
                "{'a':{'dtype':'F32','shape':[4611686018427387904,4],'data_offsets':[0,0]}} | larger than any file",
                "{'a':{'dtype':'F32','shape':['2'],'data_offsets':[0,8]}} | numbers only",
                "{'a':{'dtype':'F32','shape':[4],'data_offsets':[0,16]}} | truncated",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}} | expected 4 bytes of tensor data after the header, found 8",
                "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | expected to begin at byte 0",
                "{'a':T,'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}} | tensor b: expected to begin at byte 8",
            })
    void reader_ofFaultyHeader_namesFileAndFault(String header, String fault) throws IOException {
        String json = header.replace("T", TWO_FLOATS).replace('\'', '"');
        Path file = file(json, buffer(8).putLong(0));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.open(file))
                .withMessageContainingAll(file.toString(), fault);
    }

    @ParameterizedTest
    @ValueSource(longs = {-1, Long.MIN_VALUE, 100_000_001})
    void reader_ofImpossibleHeaderLength_saysNotSafetensors(long length) throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.write(file, buffer(16).putLong(length).array());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.open(file))
                .withMessageContainingAll(file.toString(), Long.toUnsignedString(length), "not a safetensors file");
    }

    @Test
    void reader_ofTruncatedFile_namesFileAndSizes() throws IOException {
        Path file = folder.resolve("model.safetensors");
        Files.write(file, buffer(16).putLong(1000).array());

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.open(file))
                .withMessageContainingAll(file.toString(), "header of 1000 bytes", "file of 16 bytes");
    }

    @Test
    void reader_ofMissingOrTinyFile_saysSo() throws IOException {
        Path tiny = Files.write(folder.resolve("tiny.safetensors"), new byte[3]);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.open(folder.resolve("none.safetensors")))
                .withMessageContainingAll("none.safetensors", "does not exist");
        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsFile.open(tiny))
                .withMessageContainingAll("tiny.safetensors", "at least 8 bytes, found 3");
    }

    @Test
    void floats_ofIntegerTensor_namesBothTypes() throws IOException {
        SafetensorsFile file = SafetensorsFile.open(file(
                "{\"n\":{\"dtype\":\"I64\",\"shape\":[1],\"data_offsets\":[0,8]}}",
                buffer(8).putLong(1)));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> file.floats("n"))
                .withMessageContainingAll("tensor n", "expected F32, F16 or BF16", "found I64");
    }

    private Path file(String header, ByteBuffer data) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = buffer(8 + json.length + data.capacity())
                .putLong(json.length)
                .put(json)
                .put(data.array())
                .array();
        return Files.write(folder.resolve("model.safetensors"), bytes);
    }

    private static ByteBuffer buffer(int capacity) {
        return ByteBuffer.allocate(capacity).order(ByteOrder.LITTLE_ENDIAN);
    }
}
