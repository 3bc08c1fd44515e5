package org.dualanodiff.model.checkpoint;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.golden.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TorchZipFileTest {

    /** {@code {"w": tensor of 2 floats}}, up to the storage's type. */
    private static final String BEFORE_TYPE =
            "\u0080\u0002}(X\u0001\0\0\0wctorch._utils\n_rebuild_tensor_v2\n((X\u0007\0\0\0storage";

    private static final String AFTER_TYPE =
            "X\u0001\0\0\0" + "0X\u0003\0\0\0cpuK\u0002tQK\0K\u0002\u0085K\u0001\u0085\u0089NtRu.";

    @TempDir
    private Path folder;

    @Test
    @Tag("parity")
    void binFile_ofReleasedSaver_equalsItsSafetensorsTwin() {
        TensorFile bin = TensorFile.open(Golden.path("dual/pytorch_lora_weights.bin"));
        TensorFile twin = TensorFile.open(Golden.path("dual/pytorch_lora_weights.safetensors"));
        assertThat(bin).isInstanceOf(TorchZipFile.class);
        assertThat(bin.tensors().keySet())
                .containsExactlyInAnyOrderElementsOf(twin.tensors().keySet());
        for (TensorInfo tensor : twin.tensors().values()) {
            assertThat(bin.tensor(tensor.name()).dtype()).isEqualTo(tensor.dtype());
            assertThat(bin.tensor(tensor.name()).shape()).isEqualTo(tensor.shape());
            assertThat(bin.map(tensor.name())).isEqualTo(twin.map(tensor.name()));
        }
    }

    @Test
    void binFile_writtenAndRead_givesTheSameTensors() throws IOException {
        Map<String, TensorData> tensors = new LinkedHashMap<>();
        tensors.put("a.weight", data(new long[] {2, 3}, 1, 2, 3, 4, 5, 6));
        tensors.put("b", data(new long[] {1}, -7));
        Path file = folder.resolve("weights.bin");
        TorchZipWriter.write(file, tensors);
        TensorFile read = TensorFile.open(file);
        assertThat(read.tensors().keySet()).containsExactly("a.weight", "b");
        assertThat(read.tensor("a.weight").shape()).containsExactly(2, 3);
        assertThat(read.floats("a.weight")).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(read.floats("b")).containsExactly(-7);
        assertThatThrownBy(() -> read.floats("c")).hasMessageContaining("tensor c is missing");
    }

    @Test
    void tensor_withSwappedStrides_isReadInItsOwnOrder() throws IOException {
        String swapped =
                "X\u0001\0\0\0" + "0X\u0003\0\0\0cpuK\u0004tQK\0K\u0002K\u0002\u0086K\u0001K\u0002\u0086\u0089NtRu.";
        Path file = zip(BEFORE_TYPE + "ctorch\nFloatStorage\n" + swapped, floats(1, 2, 3, 4));
        assertThat(TensorFile.open(file).floats("w")).containsExactly(1, 3, 2, 4);
    }

    @Test
    void halfStorage_isWidened() throws IOException {
        Path file = zip(BEFORE_TYPE + "ctorch\nHalfStorage\n" + AFTER_TYPE, new byte[] {0, 0x3E, 0, (byte) 0xC0});
        assertThat(TensorFile.open(file).floats("w")).containsExactly(1.5f, -2);
    }

    @Test
    void pickle_thatNamesAFunction_isRefusedAndNothingRuns() throws IOException {
        Path file = zip("\u0080\u0002cos\nsystem\nX\u0002\0\0\0ls\u0085R.", floats(1));
        assertRefused(file, "os system", "nothing was executed");
    }

    @Test
    void pickle_withUnknownOpcode_isRefusedWithItsPlace() throws IOException {
        assertRefused(zip("\u0080\u0002}\u0099.", floats(1)), "opcode 0x99 at byte 3");
    }

    @Test
    void pickle_cutOff_isRefused() throws IOException {
        assertRefused(zip("\u0080\u0002}(X\u0001\0\0\0w", floats(1)), "damaged at byte");
    }

    @Test
    void storage_thatIsTooShortOrMissing_isRefusedWithSizes() throws IOException {
        Path shorter = zip(BEFORE_TYPE + "ctorch\nFloatStorage\n" + AFTER_TYPE, floats(1));
        assertRefused(shorter, "tensor w needs 8 bytes of storage 0, found 4");
        Path without = zip(BEFORE_TYPE + "ctorch\nFloatStorage\n" + AFTER_TYPE, null);
        assertRefused(without, "found none");
    }

    @Test
    void truncatedArchive_isRefused() throws IOException {
        byte[] whole = Files.readAllBytes(Golden.path("dual/pytorch_lora_weights.bin"));
        Path half = Files.write(folder.resolve("half.bin"), Arrays.copyOf(whole, whole.length / 2));
        assertRefused(half, "not a readable zip archive");
    }

    @Test
    void zip_thatIsNoCheckpoint_isRefused() throws IOException {
        Path file = folder.resolve("other.bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("readme.txt"));
        }
        assertRefused(file, "without data.pkl");
    }

    private static void assertRefused(Path file, String... words) {
        assertThatThrownBy(() -> TensorFile.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(words);
    }

    private Path zip(String pickle, byte[] storage) throws IOException {
        Path file = Files.createTempFile(folder, "w", ".bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("w/data.pkl"));
            zip.write(pickle.getBytes(ISO_8859_1));
            if (storage != null) {
                zip.putNextEntry(new ZipEntry("w/data/0"));
                zip.write(storage);
            }
        }
        return file;
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    private static TensorData data(long[] shape, float... values) {
        return new TensorData(DType.F32, shape, ByteBuffer.wrap(floats(values)).order(ByteOrder.LITTLE_ENDIAN));
    }
}
