package org.dualanodiff.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes fp32 tensors as {@code torch.save} does a dictionary of them: a zip of stored entries, pickle protocol 2, each
 * tensor contiguous in a storage of its own.
 *
 * <p>Source: PyTorch, {@code torch/serialization.py}; {@link TorchZipFile} reads it.
 */
public final class TorchZipWriter {

    private TorchZipWriter() {}

    /**
     * Writes the file whole or not at all.
     *
     * @throws IllegalArgumentException if a tensor is not F32
     */
    public static void write(Path path, Map<String, TensorData> tensors) throws IOException {
        Path making = Files.createTempFile(
                path.toAbsolutePath().getParent(), path.getFileName().toString(), ".tmp");
        try {
            try (OutputStream out = Files.newOutputStream(making);
                    ZipOutputStream zip = new ZipOutputStream(out)) {
                write(zip, root(path), tensors);
            }
            Files.move(making, path, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(making);
        }
    }

    /** The folder inside the archive: the file's name without its ending. */
    private static String root(Path path) {
        return path.getFileName().toString().replaceFirst("\\.[^.]*$", "") + "/";
    }

    private static void write(ZipOutputStream zip, String root, Map<String, TensorData> tensors) throws IOException {
        store(zip, root + "data.pkl", pickle(tensors));
        store(zip, root + "byteorder", "little".getBytes(UTF_8));
        int index = 0;
        for (TensorData tensor : tensors.values()) {
            ByteBuffer data = tensor.bytes().get();
            byte[] bytes = new byte[data.remaining()];
            data.get(bytes);
            store(zip, root + "data/" + index++, bytes);
        }
        store(zip, root + "version", "3\n".getBytes(UTF_8));
    }

    private static void store(ZipOutputStream zip, String name, byte[] content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.length);
        entry.setCrc(crc.getValue());
        entry.setTime(0);
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private static byte[] pickle(Map<String, TensorData> tensors) {
        Pickle pickle = new Pickle().op(0x80, 2, '}', '(');
        int index = 0;
        for (Map.Entry<String, TensorData> tensor : tensors.entrySet()) {
            if (tensor.getValue().dtype() != DType.F32) {
                throw new IllegalArgumentException("only F32 tensors can be written, %s is %s"
                        .formatted(tensor.getKey(), tensor.getValue().dtype()));
            }
            pickle.text(tensor.getKey()).tensor(index++, tensor.getValue().shape());
        }
        return pickle.op('u', '.').bytes();
    }

    /** The opcodes of Python's {@code pickletools}. */
    private static final class Pickle {

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Pickle op(int... opcodes) {
            for (int opcode : opcodes) {
                out.write(opcode);
            }
            return this;
        }

        Pickle text(String text) {
            byte[] bytes = text.getBytes(UTF_8);
            op('X').int32(bytes.length).out.writeBytes(bytes);
            return this;
        }

        /** {@code _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
        void tensor(int storage, long[] shape) {
            long elements = 1;
            for (long size : shape) {
                elements *= size;
            }
            global("torch._utils", "_rebuild_tensor_v2")
                    .op('(', '(')
                    .text("storage")
                    .global("torch", "FloatStorage");
            text(Integer.toString(storage))
                    .text("cpu")
                    .number(elements)
                    .op('t', 'Q')
                    .number(0);
            tuple(shape).tuple(strides(shape)).op(0x89);
            global("collections", "OrderedDict").op(')', 'R', 't', 'R');
        }

        private static long[] strides(long[] shape) {
            long[] strides = new long[shape.length];
            long stride = 1;
            for (int d = shape.length - 1; d >= 0; d--) {
                strides[d] = stride;
                stride *= shape[d];
            }
            return strides;
        }

        private Pickle global(String module, String name) {
            op('c').out.writeBytes((module + "\n" + name + "\n").getBytes(UTF_8));
            return this;
        }

        private Pickle tuple(long[] values) {
            op('(');
            for (long value : values) {
                number(value);
            }
            return op('t');
        }

        private Pickle number(long value) {
            return op('J').int32(Math.toIntExact(value));
        }

        private Pickle int32(int value) {
            out.writeBytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }
    }
}
