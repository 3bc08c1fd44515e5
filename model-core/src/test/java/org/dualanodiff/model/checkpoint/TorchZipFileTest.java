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
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.files.StoredZip;
import org.dualanodiff.model.golden.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TorchZipFileTest {
    private static final Path RELEASED = Golden.path("dual/pytorch_lora_weights.bin");
    private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n";
    private static final String FLOATS = "ctorch\nFloatStorage\n";
    private static final String VECTOR_OF_2 = "K\u0002\u0085K\u0001\u0085";

    @TempDir
    private Path folder;

    @Test
    @Tag("parity")
    void binFile_ofReleasedSaver_equalsItsSafetensorsTwin() {
        TensorFile bin = TensorFile.open(RELEASED);
        TensorFile twin = TensorFile.open(RELEASED.resolveSibling("pytorch_lora_weights.safetensors"));

        assertThat(bin).isInstanceOf(TorchZipFile.class);
        assertThat(bin.tensors().keySet())
                .containsExactlyInAnyOrderElementsOf(twin.tensors().keySet());
        for (TensorFile.Info tensor : twin.tensors().values()) {
            assertThat(bin.tensor(tensor.name()).dtype()).isEqualTo(tensor.dtype());
            assertThat(bin.tensor(tensor.name()).shape()).isEqualTo(tensor.shape());
            assertThat(bin.map(tensor.name())).isEqualTo(twin.map(tensor.name()));
        }
    }

    @Test
    void tensor_withSwappedStrides_isReadInItsOwnOrder() throws IOException {
        String swapped = tensor(FLOATS, "K\u0000K\u0002K\u0003\u0086K\u0001K\u0002\u0086");

        assertThat(open(named(swapped), floats(1, 2, 3, 4, 5, 6)).floats("w")).containsExactly(1, 3, 5, 2, 4, 6);
    }

    @Test
    void tensor_thatIsAViewInsideItsStorage_isReadFromItsOffset() throws IOException {
        assertThat(open(named(tensor(FLOATS, "K\u0001" + VECTOR_OF_2)), floats(1, 2, 3))
                        .floats("w"))
                .containsExactly(2, 3);
    }

    @Test
    void tensor_withoutDimensions_isOneValue() throws IOException {
        TensorFile file = open(named(tensor(FLOATS, "K\u0000))")), floats(7));

        assertThat(file.tensor("w").shape()).isEmpty();
        assertThat(file.floats("w")).containsExactly(7);
    }

    @Test
    void halfStorage_isWidened() throws IOException {
        byte[] halves = {0, 0x3E, 0, (byte) 0xC0};

        assertThat(open(named(tensor("ctorch\nHalfStorage\n", "K\u0000" + VECTOR_OF_2)), halves)
                        .floats("w"))
                .containsExactly(1.5f, -2);
    }

    @ParameterizedTest
    @CsvSource({
        "LongStorage, I64",
        "IntStorage, I32",
        "DoubleStorage, F64",
        "BFloat16Storage, BF16",
        "BoolStorage, BOOL"
    })
    void storage_ofOtherTypes_keepsItsType(String storage, DType expected) throws IOException {
        String pickle = named(tensor("ctorch\n" + storage + "\n", "K\u0000" + VECTOR_OF_2));

        TensorFile file = open(pickle, new byte[16]);

        assertThat(file.tensor("w").dtype()).isEqualTo(expected);
        assertThat(file.map("w").remaining()).isEqualTo(2 * expected.bytes());
    }

    @Test
    void parameter_inAnOrderedDictionaryWithVersions_isReadAsItsTensor() throws IOException {
        String parameter = "ctorch._utils\n_rebuild_parameter\n" + tensor(FLOATS, "K\u0000" + VECTOR_OF_2)
                + "\u0089ccollections\nOrderedDict\n)R\u0087R";
        String versions = "}" + text("_metadata") + "ccollections\nOrderedDict\n)Rsb";

        assertThat(open(
                                "\u0080\u0002ccollections\nOrderedDict\n)R" + text("w") + parameter + "s" + versions
                                        + ".",
                                floats(3, 4))
                        .floats("w"))
                .containsExactly(3, 4);
    }

    @Test
    void protocol4_withFrameMemoAndStackGlobal_isRead() throws IOException {
        String tensor = shortText("torch._utils") + "\u0094" + shortText("_rebuild_tensor_v2") + "\u0094\u0093\u0094(("
                + shortText("storage") + shortText("torch") + shortText("FloatStorage") + "\u0093" + shortText("0")
                + shortText("cpu") + "K\u0002tQK\u0000" + VECTOR_OF_2 + "\u0089NtR";
        String pickle = "\u0080\u0004\u0095\u0001\0\0\0\0\0\0\0}\u0094(" + shortText("w") + tensor + shortText("epoch")
                + "K\u0007" + shortText("again") + "h\u0000u.";

        TensorFile file = open(pickle, floats(1, 2));

        assertThat(file.tensors().keySet()).containsExactly("w");
        assertThat(file.floats("w")).containsExactly(1, 2);
    }

    @Test
    void trainingCheckpoint_withAStateDict_givesItsTensors() throws IOException {
        String pickle = "\u0080\u0002}(" + text("epoch") + "M\u0001\u0002" + text("lr") + "G?\u00f0\0\0\0\0\0\0"
                + text("steps") + "]\u008a\u0002\u0000\u0080a" + text("state_dict") + "}" + text("w")
                + tensor(FLOATS, "K\u0000" + VECTOR_OF_2) + "su.";

        assertThat(open(pickle, floats(1, 2)).tensors().keySet()).containsExactly("w");
    }

    @Test
    void pickle_thatNamesAFunction_isRefusedAndNothingRuns() throws IOException {
        assertRefused(
                zip("\u0080\u0002cos\nsystem\n" + text("ls") + "\u0085R.", floats(1)),
                "at byte 2",
                "\"os system\"",
                "nothing is executed");
    }

    @Test
    void pickle_thatNamesAFunctionOnTheStack_isRefused() throws IOException {
        assertRefused(
                zip("\u0080\u0004" + shortText("builtins") + shortText("eval") + "\u0093.", null), "\"builtins eval\"");
    }

    @Test
    void checkpoint_withATrainersObjects_saysHowToGoOn() throws IOException {
        String pickle = "\u0080\u0002}" + text("callbacks") + "cpytorch_lightning.callbacks\nModelCheckpoint\ns.";

        assertRefused(zip(pickle, null), "pytorch_lightning.callbacks ModelCheckpoint", "save its tensors alone");
    }

    @Test
    void checkpoint_withATrainersObjectsBesideTensors_givesItsTensors() throws IOException {
        String callback = "cpytorch_lightning.callbacks\nModelCheckpoint\n";
        String made = callback + ")\u0081}" + text("best") + "cnumpy.core.multiarray\nscalar\n)Rsb";
        String pickle = "\u0080\u0002}(" + text("callbacks") + "}" + callback + "}" + text("mode") + made + "ss"
                + text("state_dict") + "}(" + text("odd") + made + text("w") + tensor(FLOATS, "K\u0000" + VECTOR_OF_2)
                + "u" + text("random") + "\u008a\u0010" + "\1".repeat(16) + "u.";

        assertThat(open(pickle, floats(1, 2)).tensors().keySet()).containsExactly("w");
    }

    @Test
    void tensor_thatDependsOnAnUnknownName_isRefusedAndNothingRuns() throws IOException {
        String size = "cos\nsystem\n(" + text("ls") + "tR";

        assertRefused(
                zip(named(tensor(FLOATS, size + VECTOR_OF_2)), floats(1, 2)), "\"os system\"", "nothing is executed");
        assertRefused(
                zip(named(tensor("cevil\nStorage\n", "K\u0000" + VECTOR_OF_2)), floats(1, 2)), "\"evil Storage\"");
    }

    @Test
    void pickle_withUnknownOpcode_isRefusedWithItsPlace() throws IOException {
        assertRefused(zip("\u0080\u0002}\u0099.", floats(1)), "at byte 3", "opcode 0x99");
    }

    @Test
    void pickle_cutAnywhere_isRefused() throws IOException {
        String whole = named(tensor(FLOATS, "K\u0000" + VECTOR_OF_2));
        for (int length = 0; length < whole.length(); length++) {
            assertRefused(zip(whole.substring(0, length), floats(1, 2)), "data.pkl refused at byte");
        }
    }

    /** Each is a well-formed stream of known opcodes that makes no sense. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ".|value that is not there",
                "(.|value that is not there",
                "}.|no tensor in it",
                "K1.|expected a dictionary of tensors",
                "}}K1s.|neither text nor a number",
                "}}}s.|neither text nor a number",
                "}(K1u.|a key without a value",
                "}h5.|nothing was remembered",
                "q0.|value that is not there",
                "K1Q.|a storage's description",
                ")Q.|another description of a storage",
                "K1)R.|a function's name",
                "K1a.|expected a list",
                "K1K2a.|expected a list",
                "K1K2b.|expected a dictionary",
            })
    void pickle_thatMakesNoSense_isRefused(String opcodes, String reason) throws IOException {
        assertRefused(zip("\u0080\u0002" + opcodes, floats(1)), reason);
    }

    @Test
    void tensor_withTooFewArguments_isRefused() throws IOException {
        assertRefused(zip("\u0080\u0002" + TENSOR + ")R.", null), "without storage, offset, shape and strides");
    }

    @Test
    void tensor_whoseSizeOverflows_isRefused() throws IOException {
        String huge = "\u008a\u0008\0\0\0\0\0\0\0\u0040";

        assertRefused(
                zip(named(tensor(FLOATS, "K\u0000" + huge + "K\u0004\u0086K\u0000K\u0000\u0086")), floats(1)),
                "a tensor larger than any file");
    }

    @Test
    void tensor_withNegativeOffset_isRefused() throws IOException {
        assertRefused(
                zip(named(tensor(FLOATS, "J\u00ff\u00ff\u00ff\u00ff" + VECTOR_OF_2)), floats(1, 2)),
                "shape [2], strides [1], offset -1");
    }

    @Test
    void storage_thatIsTooShortOrMissing_isRefusedWithSizes() throws IOException {
        String pickle = named(tensor(FLOATS, "K\u0001" + VECTOR_OF_2));

        assertRefused(zip(pickle, floats(1, 2)), "tensor w needs 12 bytes of storage data/0, found 8");
        assertRefused(zip(pickle, null), "tensor w: its storage data/0 is missing");
    }

    @Test
    void archive_withCompressedEntries_isRefused() throws IOException {
        Path file = folder.resolve("packed.bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("packed/data.pkl"));
            zip.write(named(tensor(FLOATS, "K\u0000" + VECTOR_OF_2)).getBytes(ISO_8859_1));
        }

        assertRefused(file, "packed/data.pkl is compressed", "without compression");
    }

    @Test
    void archive_ofABigEndianMachine_isRefused() throws IOException {
        Path file = folder.resolve("big.bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            StoredZip.put(zip, "big/data.pkl", "\u0080\u0002}.".getBytes(ISO_8859_1));
            StoredZip.put(zip, "big/byteorder", "big".getBytes(ISO_8859_1));
        }

        assertRefused(file, "byteorder", "found \"big\"");
    }

    @Test
    void archive_cutInHalf_isRefused() throws IOException {
        byte[] whole = Files.readAllBytes(RELEASED);
        Path half = Files.write(folder.resolve("half.bin"), Arrays.copyOf(whole, whole.length / 2));

        assertRefused(half, "not a readable zip archive", "truncated");
    }

    @Test
    void zip_thatIsNoCheckpoint_isRefused() throws IOException {
        Path file = folder.resolve("other.bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            zip.putNextEntry(new ZipEntry("readme.txt"));
        }

        assertRefused(file, "without data.pkl");
    }

    @Test
    void file_namedAsTorchDoesThatIsNoZip_saysHowToGoOn() throws IOException {
        Path file = Files.writeString(folder.resolve("old.ckpt"), "\u0080\u0002 a pickle of long ago", ISO_8859_1);

        assertRefused(file, "expected a zip archive", "PyTorch 1.6");
    }

    private static void assertRefused(Path file, String... words) {
        assertThatThrownBy(() -> TensorFile.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContainingAll(words);
    }

    /** The pickle of a dictionary with one entry w. */
    private static String named(String value) {
        return "\u0080\u0002}" + text("w") + value + "s.";
    }

    /** A tensor over storage 0; the view is offset, shape and strides. */
    private static String tensor(String storageType, String view) {
        return TENSOR + "((" + text("storage") + storageType + text("0") + text("cpu") + "K\u0002tQ" + view
                + "\u0089NtR";
    }

    private static String text(String text) {
        return "X" + (char) text.length() + "\0\0\0" + text;
    }

    private static String shortText(String text) {
        return "\u008c" + (char) text.length() + text;
    }

    private TensorFile open(String pickle, byte[] storage) throws IOException {
        return TensorFile.open(zip(pickle, storage));
    }

    private Path zip(String pickle, byte[] storage) throws IOException {
        Path file = Files.createTempFile(folder, "w", ".bin");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            StoredZip.put(zip, "w/data.pkl", pickle.getBytes(ISO_8859_1));
            if (storage != null) {
                StoredZip.put(zip, "w/data/0", storage);
            }
        }
        return file;
    }

    private static byte[] floats(float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
