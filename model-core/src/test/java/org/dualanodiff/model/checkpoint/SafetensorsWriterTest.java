package org.dualanodiff.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.dualanodiff.model.golden.Golden;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsWriterTest {
    @TempDir
    Path folder;

    @Tag("parity")
    @ParameterizedTest
    @ValueSource(
            strings = {
                "tiny-sd/text_encoder/model.safetensors",
                "tiny-sd/unet/diffusion_pytorch_model.safetensors",
                "dual/pytorch_lora_weights.safetensors"
            })
    void writer_ofFileOfTheReferenceLibrary_givesTheSameBytes(String name) throws IOException {
        Path original = Golden.path(name);
        SafetensorsFile file = SafetensorsFile.open(original);
        Map<String, TensorData> tensors = new TreeMap<>();
        file.tensors()
                .forEach((key, info) ->
                        tensors.put(key, new TensorData(info.dtype(), info.shape(), () -> file.map(key))));

        Path copy = folder.resolve("copy.safetensors");
        SafetensorsWriter.write(copy, tensors, file.metadata());

        assertThat(Files.mismatch(original, copy)).as("first differing byte").isEqualTo(-1);
    }

    @Test
    void writer_overOldFile_replacesItAndLeavesNothingElse() throws IOException {
        Path file = Files.writeString(folder.resolve("w.safetensors"), "old");
        TensorData scalar = new TensorData(DType.U8, new long[0], () -> ByteBuffer.wrap(new byte[] {42}));

        SafetensorsWriter.write(file, Map.of("größe \"1\" <a>", scalar), Map.of());

        assertThat(SafetensorsFile.open(file).map("größe \"1\" <a>").get()).isEqualTo((byte) 42);
        assertThat(folder).isDirectoryContaining(file::equals).satisfies(this::holdsOneFile);
    }

    @Test
    void writer_ofDataThatDoesNotFitItsShape_namesTensorAndKeepsTheOldFile() throws IOException {
        Path file = Files.writeString(folder.resolve("w.safetensors"), "old");
        TensorData bad = new TensorData(DType.F32, new long[] {2, 3}, () -> ByteBuffer.allocate(20));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> SafetensorsWriter.write(file, Map.of("bad", bad), Map.of()))
                .withMessageContainingAll(file.toString(), "tensor bad", "F32[2, 3] needs 24 bytes, found 20");
        assertThat(file).hasContent("old");
        holdsOneFile(folder);
    }

    @Test
    void writer_ofNewFile_givesItTheFoldersUsualPermissions() throws IOException {
        Path usual = Files.createFile(folder.resolve("usual"));
        Path file = folder.resolve("w.safetensors");

        SafetensorsWriter.write(file, Map.of(), Map.of());

        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(usual));
    }

    private void holdsOneFile(Path directory) {
        assertThat(directory.toFile().list()).hasSize(1);
    }
}
