package org.dualanodiff.model.golden;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.LongStream;
import org.dualanodiff.model.checkpoint.DType;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.torch.Tensors;

/** One file of reference numbers. */
public final class GoldenTensors {

    private final SafetensorsFile file;

    private GoldenTensors(SafetensorsFile file) {
        this.file = file;
    }

    public static GoldenTensors open(Path path) {
        return new GoldenTensors(SafetensorsFile.open(path));
    }

    public Set<String> names() {
        return file.tensors().keySet();
    }

    public boolean has(String name) {
        return file.tensors().containsKey(name);
    }

    public long[] shape(String name) {
        return file.tensor(name).shape();
    }

    public float[] floats(String name) {
        return file.floats(name);
    }

    /** The raw bytes of an 8-bit tensor. */
    public byte[] bytes(String name) {
        ByteBuffer mapped = file.map(name);
        byte[] bytes = new byte[mapped.remaining()];
        mapped.get(bytes);
        return bytes;
    }

    public long[] longs(String name) {
        return longs(file, name);
    }

    /** An I64 tensor of any file, row major. */
    public static long[] longs(SafetensorsFile file, String name) {
        assertThat(file.tensor(name).dtype()).isEqualTo(DType.I64);
        long[] values = new long[(int) file.tensor(name).elements()];
        file.map(name).asLongBuffer().get(values);
        return values;
    }

    public int[] ints(String name) {
        return LongStream.of(longs(name)).mapToInt(Math::toIntExact).toArray();
    }

    /** An fp32 tensor on the CPU, owned by the open scope. */
    public NDArray tensor(String name) {
        return Tensors.of(floats(name), Device.cpu(), shape(name));
    }

    public NDArray longTensor(String name) {
        return Tensors.of(longs(name), Device.cpu(), shape(name));
    }

    /** Part {@code index} along the first dimension, such as one training step. */
    public float[] slice(String name, int index) {
        int size = sliceSize(name);
        return Arrays.copyOfRange(floats(name), index * size, (index + 1) * size);
    }

    public NDArray sliceTensor(String name, int index) {
        return Tensors.of(
                slice(name, index),
                Device.cpu(),
                Arrays.stream(shape(name)).skip(1).toArray());
    }

    private int sliceSize(String name) {
        return Math.toIntExact(Arrays.stream(shape(name)).skip(1).reduce(1, (a, b) -> a * b));
    }
}
