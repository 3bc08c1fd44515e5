package org.dualanodiff.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Supplier;
import org.dualanodiff.model.checkpoint.DType.HalfPrecision;

/**
 * A tensor to be written.
 *
 * @param dtype element type
 * @param shape row-major dimensions; empty for a scalar
 * @param bytes gives the little-endian data, from position to limit; asked once, when this tensor's turn to be written
 *     comes, so that a large model need not be held in memory
 */
public record TensorData(DType dtype, long[] shape, Supplier<ByteBuffer> bytes) {

    public TensorData {
        shape = shape.clone();
    }

    /**
     * A tensor of numbers, rounded to the nearest of its type.
     *
     * @param dtype F32, F16 or BF16
     * @param values row-major; asked for once, when this tensor is written
     */
    public static TensorData of(DType dtype, long[] shape, Supplier<float[]> values) {
        if (!dtype.isOfWeights()) {
            throw new IllegalArgumentException("weights are F32, F16 or BF16, was " + dtype);
        }
        return new TensorData(dtype, shape, () -> {
            float[] numbers = values.get();
            ByteBuffer bytes =
                    ByteBuffer.allocate(numbers.length * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
            for (float number : numbers) {
                put(bytes, dtype, number);
            }
            return bytes.flip();
        });
    }

    private static void put(ByteBuffer bytes, DType dtype, float number) {
        switch (dtype) {
            case F16 -> bytes.putShort(HalfPrecision.toFloat16(number));
            case BF16 -> bytes.putShort(HalfPrecision.toBfloat16(number));
            default -> bytes.putFloat(number);
        }
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    /**
     * The data, once it is sure to fit the shape.
     *
     * @param name the tensor's name, and the file it goes to, for the message
     */
    ByteBuffer checkedBytes(String name, Path target) {
        ByteBuffer data = bytes.get();
        long expected = SafetensorsFile.Header.byteLength(name, dtype, shape);
        if (data.remaining() != expected) {
            throw new CheckpointException("file %s: tensor %s: %s%s needs %d bytes, found %d"
                    .formatted(target, name, dtype, Arrays.toString(shape), expected, data.remaining()));
        }
        return data;
    }
}
