package org.dualanodiff.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import org.dualanodiff.model.checkpoint.DType.HalfPrecision;

/** A file of named tensors. */
public sealed interface TensorFile permits SafetensorsFile, TorchZipFile {

    /** The first bytes of a zip archive, which {@code torch.save} writes. */
    int ZIP_MAGIC = 0x504B0304;

    /**
     * Opens a safetensors file, or one written by {@code torch.save}; which of them it is, its first bytes tell, not its
     * name.
     *
     * @throws CheckpointException if it is neither, or damaged; says what else it is, where that can be told
     */
    static TensorFile open(Path path) {
        if (startsAsZip(path)) {
            return TorchZipFile.open(path);
        }
        return SafetensorsFile.open(path);
    }

    private static boolean startsAsZip(Path path) {
        ByteBuffer start = ByteBuffer.allocate(Integer.BYTES);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.read(start) == Integer.BYTES && start.getInt(0) == ZIP_MAGIC;
        } catch (IOException e) {
            return false;
        }
    }

    /** Where the file is. */
    Path path();

    /** The tensors by name. */
    Map<String, Info> tensors();

    /**
     * A tensor's entry.
     *
     * @throws CheckpointException if there is no such tensor
     */
    default Info tensor(String name) {
        Info info = tensors().get(name);
        if (info == null) {
            throw new CheckpointException("file %s: tensor %s is missing".formatted(path(), name));
        }
        return info;
    }

    /**
     * A tensor's entry, of a type that weights are of: F32, F16 or BF16.
     *
     * @throws CheckpointException if there is no such tensor or it has another type
     */
    default Info weight(String name) {
        Info info = tensor(name);
        if (!info.dtype().isOfWeights()) {
            throw new CheckpointException(
                    "file %s: tensor %s: expected F32, F16 or BF16, found %s; convert the model to one of them"
                            .formatted(path(), name, info.dtype()));
        }
        return info;
    }

    /**
     * A tensor's bytes, row major: a direct, little-endian buffer that stays valid after this object is gone.
     *
     * @throws CheckpointException if there is no such tensor, it has 2 GiB or more, or the file cannot be read
     */
    ByteBuffer map(String name);

    /**
     * Says that the bytes are not needed for now; they may be read again all the same.
     *
     * @param bytes from {@link #map}
     */
    default void giveBack(ByteBuffer bytes) {}

    /**
     * Copies a tensor of type F32, F16 or BF16, row major, widened to float.
     *
     * @throws CheckpointException if there is no such tensor or it has another type
     */
    default float[] floats(String name) {
        Info info = weight(name);
        ByteBuffer bytes = map(name);
        float[] values = new float[(int) info.elements()];
        switch (info.dtype()) {
            case F32 -> bytes.asFloatBuffer().get(values);
            case F16 -> widen(bytes, values, HalfPrecision::fromFloat16);
            default -> widen(bytes, values, HalfPrecision::fromBfloat16);
        }
        giveBack(bytes);
        return values;
    }

    private static void widen(ByteBuffer bytes, float[] values, HalfPrecision.Decoder decoder) {
        for (int i = 0; i < values.length; i++) {
            values[i] = decoder.decode(bytes.getShort(i * Short.BYTES));
        }
    }

    /**
     * One entry of a safetensors header.
     *
     * @param name the tensor's key
     * @param dtype element type
     * @param shape row-major dimensions; empty for a scalar
     * @param begin first byte, counted from the end of the header
     * @param end one past the last byte
     */
    public record Info(String name, DType dtype, long[] shape, long begin, long end) {
        public Info {
            shape = shape.clone();
        }

        @Override
        public long[] shape() {
            return shape.clone();
        }

        /** Size of the data in bytes. */
        public long byteLength() {
            return end - begin;
        }

        /** Number of elements. */
        public long elements() {
            return byteLength() / dtype.bytes();
        }

        boolean hasShape(long... expected) {
            return Arrays.equals(shape, expected);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Info that
                    && name.equals(that.name)
                    && dtype == that.dtype
                    && Arrays.equals(shape, that.shape)
                    && begin == that.begin
                    && end == that.end;
        }

        @Override
        public int hashCode() {
            return Objects.hash(name, dtype, Arrays.hashCode(shape), begin, end);
        }

        @Override
        public String toString() {
            return name + " " + dtype + Arrays.toString(shape) + " bytes " + begin + ".." + end;
        }
    }
}
