package org.dualanodiff.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WeightSourceTest {
    @TempDir
    Path folder;

    @Test
    void source_overTwoFiles_findsTensorsOfBoth() throws IOException {
        WeightSource source = WeightSource.open(List.of(file("1", "a", 1), file("2", "b", 2)));

        assertThat(source.names()).containsExactly("a", "b");
        assertThat(source.floats("b")).containsExactly(2);
        assertThat(source.require("a", 1, 1).name()).isEqualTo("a");
        assertThat(source.find("c")).isEmpty();
    }

    @Test
    void require_ofOtherShape_namesFileTensorExpectedAndFound() throws IOException {
        Path file = file("1", "a", 1);

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> WeightSource.open(file).require("a", 2, 3))
                .withMessage("file %s: tensor a: expected shape [2, 3], found [1, 1]", file);
    }

    @Test
    void require_ofMissingTensor_namesAllFiles() throws IOException {
        List<Path> files = List.of(file("1", "a", 1), file("2", "b", 2));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> WeightSource.open(files).require("c", 1))
                .withMessage("file %s, %s: tensor c is missing", files.get(0), files.get(1));
    }

    @Test
    void open_ofTwoFilesWithTheSameTensor_namesBoth() throws IOException {
        List<Path> files = List.of(file("1", "a", 1), file("2", "a", 2));

        assertThatExceptionOfType(CheckpointException.class)
                .isThrownBy(() -> WeightSource.open(files))
                .withMessageContainingAll(files.get(0).toString(), files.get(1).toString(), "tensor a");
    }

    @Test
    void renamed_source_readsUnderTheNewName() throws IOException {
        WeightSource source = WeightSource.open(file("1", "old", 5)).renamed(name -> name.replace("old", "new"));

        assertThat(source.names()).containsExactly("new");
        assertThat(source.floats("new")).containsExactly(5);
        assertThat(source.map("new").getFloat()).isEqualTo(5);
    }

    private Path file(String fileName, String tensor, float value) throws IOException {
        Path file = folder.resolve(fileName + ".safetensors");
        ByteBuffer bytes = ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putFloat(value)
                .flip();
        SafetensorsWriter.write(
                file, Map.of(tensor, new TensorData(DType.F32, new long[] {1, 1}, bytes::duplicate)), Map.of());
        return file;
    }
}
