package org.dualanodiff.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.dualanodiff.model.golden.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchZipWriterTest {
    private static final Path RELEASED = Golden.path("dual/pytorch_lora_weights.bin");
    private static final int LOCAL_HEADER = 0x04034b50;

    @TempDir
    private Path folder;

    /** All but the identifier, which is a hash that only torch's own code computes. */
    @Test
    @Tag("parity")
    void file_ofReleasedTensors_hasTheEntriesOfTheReleasedSaver() throws IOException {
        TensorFile released = TensorFile.open(RELEASED);
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        released.tensors()
                .forEach((name, info) ->
                        tensors.put(name, new TensorData(info.dtype(), info.shape(), () -> released.map(name))));
        Path file = folder.resolve("pytorch_lora_weights.bin");
        TorchZipWriter.write(file, tensors);

        try (ZipFile expected = new ZipFile(RELEASED.toFile());
                ZipFile written = new ZipFile(file.toFile())) {
            assertThat(names(written)).isEqualTo(names(expected));
            for (String name : names(expected)) {
                byte[] content = content(written, name);
                if (name.endsWith("serialization_id")) {
                    assertThat(new String(content)).matches("[0-9]{40}");
                } else {
                    assertThat(content).as(name).isEqualTo(content(expected, name));
                }
            }
        }
    }

    @Test
    void file_readAgain_givesTheSameTensorsInTheSameOrder() throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("b.weight", floats(new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
        tensors.put("a", floats(new long[] {}, -7));
        tensors.put("kernel", floats(new long[] {1, 2, 1, 1}, 8, 9));
        tensors.put("half", new TensorData(DType.F16, new long[] {1}, () -> ByteBuffer.wrap(new byte[] {0, 0x3E})));
        Path file = write(tensors);

        TensorFile read = TensorFile.open(file);

        assertThat(read.tensors().keySet()).containsExactly("b.weight", "a", "kernel", "half");
        assertThat(read.tensor("b.weight").shape()).containsExactly(2, 3);
        assertThat(read.tensor("kernel").shape()).containsExactly(1, 2, 1, 1);
        assertThat(read.floats("b.weight")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.floats("a")).containsExactly(-7);
        assertThat(read.floats("half")).containsExactly(1.5f);
    }

    @Test
    void file_ofOneTensor_orOfThousands_isReadAgain() throws IOException {
        for (int count : new int[] {1, 2000, 2001}) {
            Map<String, TensorData> tensors = new LinkedHashMap<>();
            for (int i = 0; i < count; i++) {
                tensors.put("t" + i, floats(new long[] {1}, i));
            }
            TensorFile read = TensorFile.open(write(tensors));

            assertThat(read.tensors()).hasSize(count);
            assertThat(read.floats("t" + (count - 1))).containsExactly(count - 1);
        }
    }

    @Test
    void pickle_withSizesOfEveryWidth_isReadAgain() {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        for (long size : new long[] {255, 256, 65_535, 65_536, Integer.MAX_VALUE, 1L << 31, 1L << 40}) {
            tensors.put("t" + size, new TensorData(DType.F32, new long[] {size}, () -> ByteBuffer.allocate(0)));
        }

        Map<String, TorchZipFile.View> read =
                TensorPickle.read(TorchZipWriter.Pickle.write(tensors), Path.of("sizes.bin"));

        assertThat(read).hasSameSizeAs(tensors);
        read.forEach((name, tensor) -> assertThat(tensor.shape()).containsExactly(Long.parseLong(name.substring(1))));
    }

    @Test
    void data_ofEveryEntry_beginsAtAMultipleOf64Bytes() throws IOException {
        Path file = write(Map.of("a", floats(new long[] {3}, 1, 2, 3), "b", floats(new long[] {1}, 4)));
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);

        int at = 0;
        int entries = 0;
        while (bytes.getInt(at) == LOCAL_HEADER) {
            int data = at + 30 + bytes.getShort(at + 26) + bytes.getShort(at + 28);
            assertThat(data % 64).isZero();
            at = data + bytes.getInt(at + 18);
            entries++;
        }
        assertThat(entries).isEqualTo(8);
    }

    @Test
    void file_writtenTwice_hasTheSameBytes() throws IOException {
        Map<String, TensorData> tensors = Map.of("a", floats(new long[] {1}, 1));

        byte[] first = Files.readAllBytes(write(tensors));

        assertThat(Files.readAllBytes(write(tensors))).isEqualTo(first);
    }

    @Test
    void tensor_whoseDataDoesNotFitItsShape_isRefusedAndNoFileAppears() {
        Map<String, TensorData> tensors = Map.of("a", floats(new long[] {2}, 1));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> write(tensors))
                .withMessageContainingAll("tensor a", "needs 8 bytes, found 4");
        assertThat(folder).isEmptyDirectory();
    }

    private Path write(Map<String, TensorData> tensors) throws IOException {
        Path file = folder.resolve("weights.bin");
        TorchZipWriter.write(file, tensors);
        return file;
    }

    private static List<String> names(ZipFile zip) {
        return zip.stream().map(ZipEntry::getName).toList();
    }

    private static byte[] content(ZipFile zip, String name) throws IOException {
        return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }

    private static TensorData floats(long[] shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new TensorData(DType.F32, shape, bytes::duplicate);
    }
}
