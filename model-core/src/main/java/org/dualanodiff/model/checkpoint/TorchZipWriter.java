package org.dualanodiff.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dualanodiff.model.files.WholeFile;

/**
 * Writes tensors as {@code torch.save} does a dictionary of them: a zip of stored entries whose data begins at multiples
 * of 64 bytes, a pickle of protocol 2, each tensor contiguous in a storage of its own. Equal input gives equal bytes.
 *
 * <p>Source: PyTorch, {@code torch/serialization.py} and {@code caffe2/serialize/inline_container.cc};
 * {@link TorchZipFile} reads it.
 */
public final class TorchZipWriter {
    private static final int ALIGNMENT = 64;
    /** Size of a local file header before name and extra field. */
    private static final int LOCAL_HEADER = 30;
    /** Identifier and length of an extra field. */
    private static final int EXTRA_HEADER = 4;

    /** A fixed time after the first that zip knows: for that one, Java would add a field of its own. */
    private static final LocalDateTime FIXED_TIME = LocalDateTime.of(1980, 1, 1, 0, 0, 2);

    private final ZipOutputStream zip;
    private final WritableByteChannel channel;
    private final String root;
    private final CRC32 names = new CRC32();
    private final CRC32 contents = new CRC32();
    private long position;

    private TorchZipWriter(ZipOutputStream zip, String root) {
        this.zip = zip;
        this.channel = Channels.newChannel(zip);
        this.root = root;
    }

    /**
     * Writes a {@linkplain WholeFile whole} file, replacing one that is there.
     *
     * @param tensors in the order in which Python's dictionary will have them
     * @throws CheckpointException if a tensor's data does not fit its shape
     * @throws IOException if the folder cannot be written
     */
    public static void write(Path path, Map<String, TensorData> tensors) throws IOException {
        WholeFile.write(path, file -> {
            try (ZipOutputStream zip = new ZipOutputStream(
                    new BufferedOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW)))) {
                new TorchZipWriter(zip, root(path)).writeAll(tensors, path);
            }
        });
    }

    /** The folder inside the archive: the file's name without its ending. */
    private static String root(Path path) {
        return path.getFileName().toString().replaceFirst("(?<=.)\\.[^.]*$", "") + "/";
    }

    private void writeAll(Map<String, TensorData> tensors, Path target) throws IOException {
        entry("data.pkl", ByteBuffer.wrap(Pickle.write(tensors)));
        entry(".format_version", text("1"));
        entry(".storage_alignment", text(Integer.toString(ALIGNMENT)));
        entry("byteorder", text("little"));
        int storage = 0;
        for (Map.Entry<String, TensorData> tensor : tensors.entrySet()) {
            entry("data/" + storage++, tensor.getValue().checkedBytes(tensor.getKey(), target));
        }
        entry("version", text("3\n"));
        // Torch puts a hash of the names and one of the contents here; readers only compare it with that of other
        // files.
        entry(
                ".data/serialization_id",
                text(String.format(Locale.ROOT, "%020d%020d", names.getValue(), contents.getValue())));
    }

    private static ByteBuffer text(String text) {
        return ByteBuffer.wrap(text.getBytes(UTF_8));
    }

    private void entry(String name, ByteBuffer content) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(content.duplicate());
        contents.update(content.duplicate());
        byte[] nameBytes = (root + name).getBytes(UTF_8);
        names.update(nameBytes);
        byte[] padding = padding(position + LOCAL_HEADER + nameBytes.length + EXTRA_HEADER);
        position += LOCAL_HEADER + nameBytes.length + padding.length + content.remaining();

        ZipEntry entry = new ZipEntry(root + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(content.remaining());
        entry.setCrc(crc.getValue());
        entry.setTimeLocal(FIXED_TIME);
        entry.setExtra(padding);
        zip.putNextEntry(entry);
        channel.write(content);
        zip.closeEntry();
    }

    /** An extra field, which torch marks FB and fills with Z, that moves what follows to a multiple of 64 bytes. */
    private static byte[] padding(long begin) {
        int filling = (int) ((ALIGNMENT - begin % ALIGNMENT) % ALIGNMENT);
        byte[] field = new byte[EXTRA_HEADER + filling];
        Arrays.fill(field, (byte) 'Z');
        field[0] = 'F';
        field[1] = 'B';
        field[2] = (byte) filling;
        field[3] = 0;
        return field;
    }

    /**
     * Writes the pickle of a dictionary of tensors, byte for byte as Python's pickler does it for {@code torch.save}:
     * protocol 2, every object but numbers remembered, repeated names recalled.
     */
    static final class Pickle {
        /** Items that Python's pickler sets at once. */
        private static final int BATCH = 1000;

        private final ByteArrayOutputStream out = new ByteArrayOutputStream();
        private final Map<String, Integer> recallable = new HashMap<>();
        private int remembered;

        private Pickle() {}

        /** The pickle; the tensor at position n of the map is said to have the storage {@code n}. */
        static byte[] write(Map<String, TensorData> tensors) {
            Pickle writer = new Pickle();
            writer.op(0x80, 2, '}').remember();
            if (tensors.size() == 1) {
                tensors.forEach((name, tensor) -> writer.item(name, tensor, 0));
                writer.op('s');
            } else if (!tensors.isEmpty()) {
                writer.batches(tensors);
            }
            return writer.op('.').out.toByteArray();
        }

        private void batches(Map<String, TensorData> tensors) {
            int index = 0;
            op('(');
            for (Map.Entry<String, TensorData> item : tensors.entrySet()) {
                item(item.getKey(), item.getValue(), index++);
                if (index % BATCH == 0) {
                    op('u', '(');
                }
            }
            op('u');
        }

        /** {@code name: _rebuild_tensor_v2(storage, 0, shape, strides, False, OrderedDict())}. */
        private void item(String name, TensorData tensor, int storage) {
            long[] shape = tensor.shape();
            text(name).global(TensorPickle.TENSOR).op('(');
            storage(tensor.dtype(), storage, Arrays.stream(shape).reduce(1, Math::multiplyExact));
            number(0).tuple(shape).tuple(TorchZipFile.View.rowMajor(shape)).op(0x89);
            global(TensorPickle.ORDERED_DICT).op(')', 'R').remember();
            op('t').remember().op('R').remember();
        }

        /** Persistent id: ("storage", storage type, key, device, number of elements). */
        private void storage(DType dtype, int key, long elements) {
            op('(').constant("storage").global(dtype.storage());
            text(Integer.toString(key)).constant("cpu").number(elements);
            op('t').remember().op('Q');
        }

        private Pickle op(int... opcodes) {
            for (int opcode : opcodes) {
                out.write(opcode);
            }
            return this;
        }

        private Pickle text(String text) {
            byte[] bytes = text.getBytes(UTF_8);
            return op('X').int32(bytes.length).bytes(bytes).remember();
        }

        private Pickle constant(String text) {
            return recall(text) ? this : nextIs(text).text(text);
        }

        private Pickle global(String name) {
            byte[] lines = (name.replace(' ', '\n') + "\n").getBytes(UTF_8);
            return recall(name) ? this : nextIs(name).op('c').bytes(lines).remember();
        }

        /** The next object remembered is the one of this name. */
        private Pickle nextIs(String name) {
            recallable.put(name, remembered);
            return this;
        }

        private boolean recall(String name) {
            Integer index = recallable.get(name);
            if (index != null) {
                indexed('h', 'j', index);
            }
            return index != null;
        }

        private Pickle remember() {
            return indexed('q', 'r', remembered++);
        }

        private Pickle indexed(int shortForm, int longForm, int index) {
            return index < 1 << 8 ? op(shortForm, index) : op(longForm).int32(index);
        }

        private Pickle tuple(long[] values) {
            if (values.length == 0) {
                return op(')');
            }
            boolean marked = values.length > 3;
            op(marked ? new int[] {'('} : new int[0]);
            Arrays.stream(values).forEach(this::number);
            return op(marked ? 't' : 0x84 + values.length).remember();
        }

        private Pickle number(long value) {
            if (value < 1 << 8) {
                return op('K', (int) value);
            }
            if (value < 1 << 16) {
                return op('M', (int) value & 0xff, (int) value >> 8);
            }
            if (value <= Integer.MAX_VALUE) {
                return op('J').int32((int) value);
            }
            byte[] bigEndian = BigInteger.valueOf(value).toByteArray();
            op(0x8a, bigEndian.length);
            for (int i = bigEndian.length - 1; i >= 0; i--) {
                out.write(bigEndian[i]);
            }
            return this;
        }

        private Pickle int32(int value) {
            return bytes(ByteBuffer.allocate(Integer.BYTES)
                    .order(ByteOrder.LITTLE_ENDIAN)
                    .putInt(value)
                    .array());
        }

        private Pickle bytes(byte[] bytes) {
            out.writeBytes(bytes);
            return this;
        }
    }
}
