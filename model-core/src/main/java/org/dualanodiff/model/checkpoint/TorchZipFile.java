package org.dualanodiff.model.checkpoint;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A file written by {@code torch.save} ({@code .bin}, {@code .pt}, {@code .ckpt}): a zip of one pickle and one entry for
 * each storage. The pickle is read by {@link TensorPickle}, which knows tensors in dictionaries and executes nothing.
 *
 * <p>Source: PyTorch, {@code torch/serialization.py}. A dictionary below {@code state_dict}, as training frameworks
 * write it, is taken for the tensors; what else such a file holds is passed over, if it is harmless.
 */
public final class TorchZipFile implements TensorFile {

    /** Guards against an archive that claims to hold an endless pickle; that of Stable Diffusion has 0.2 MB. */
    private static final long MAX_PICKLE_BYTES = 100_000_000;

    private final Path path;
    private final String folder;
    private final Map<String, View> pickled;
    private final Map<String, Info> tensors;

    private TorchZipFile(Path path, String folder, Map<String, View> pickled) {
        this.path = path;
        this.folder = folder;
        this.pickled = pickled;
        this.tensors = infos(pickled);
    }

    /**
     * Opens a file and reads its pickle; storages are read later, tensor by tensor.
     *
     * @throws CheckpointException if it is no such file, is damaged, or asks for anything that is no part of a tensor
     */
    public static TorchZipFile open(Path path) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            ZipEntry pickle = pickle(zip, path);
            String folder = pickle.getName().substring(0, pickle.getName().indexOf('/') + 1);
            requireStored(zip, folder, path);
            requireLittleEndian(zip, folder, path);
            Map<String, View> tensors =
                    TensorPickle.read(zip.getInputStream(pickle).readAllBytes(), path);
            tensors.forEach((name, tensor) ->
                    requireStorage(zip.getEntry(folder + "data/" + tensor.storage()), name, tensor, path));
            return new TorchZipFile(path, folder, tensors);
        } catch (IOException e) {
            throw new CheckpointException(
                    "file %s: %s"
                            .formatted(
                                    path,
                                    Files.isReadable(path)
                                            ? "not a readable zip archive, truncated or damaged: " + e.getMessage()
                                            : UnreadableFile.because(path, e)),
                    e);
        }
    }

    private static ZipEntry pickle(ZipFile zip, Path path) {
        ZipEntry pickle = zip.stream()
                .filter(entry -> entry.getName().matches("[^/]+/data\\.pkl"))
                .findFirst()
                .orElseThrow(() -> new CheckpointException(
                        "file %s: a zip without data.pkl; torch.save did not write it".formatted(path)));
        if (pickle.getSize() > MAX_PICKLE_BYTES) {
            throw new CheckpointException("file %s: data.pkl must have at most %d bytes, found %d"
                    .formatted(path, MAX_PICKLE_BYTES, pickle.getSize()));
        }
        return pickle;
    }

    /** Entries that are packed would have to be unpacked from the start for every tensor in them. */
    private static void requireStored(ZipFile zip, String folder, Path path) {
        zip.stream()
                .filter(entry -> entry.getName().startsWith(folder) && entry.getMethod() != ZipEntry.STORED)
                .findFirst()
                .ifPresent(entry -> {
                    throw new CheckpointException(("file %s: entry %s is compressed; torch.save stores entries as they"
                                    + " are: pack the archive again without compression")
                            .formatted(path, entry.getName()));
                });
    }

    private static void requireLittleEndian(ZipFile zip, String folder, Path path) throws IOException {
        ZipEntry entry = zip.getEntry(folder + "byteorder");
        if (entry == null) {
            return; // as in files of older versions
        }
        String order = new String(zip.getInputStream(entry).readNBytes(16), US_ASCII);
        if (!order.equals("little")) {
            throw new CheckpointException(
                    "file %s: byteorder: supported is little, found \"%s\"".formatted(path, order));
        }
    }

    private static void requireStorage(ZipEntry storage, String name, View tensor, Path path) {
        if (storage == null) {
            throw new CheckpointException(
                    "file %s: tensor %s: its storage data/%s is missing".formatted(path, name, tensor.storage()));
        }
        if (tensor.endByte() > storage.getSize()) {
            throw new CheckpointException("file %s: tensor %s needs %d bytes of storage data/%s, found %d"
                    .formatted(path, name, tensor.endByte(), tensor.storage(), storage.getSize()));
        }
    }

    private static Map<String, Info> infos(Map<String, View> pickled) {
        Map<String, Info> infos = new LinkedHashMap<>();
        // Each tensor is contiguous only once it is read, so its bytes are counted from its own start.
        pickled.forEach((name, tensor) ->
                infos.put(name, new Info(name, tensor.dtype(), tensor.shape(), 0, tensor.byteLength())));
        return Collections.unmodifiableMap(infos);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, Info> tensors() {
        return tensors;
    }

    /** A copy, contiguous also where the tensor in the file is not. */
    @Override
    public ByteBuffer map(String name) {
        tensor(name);
        View tensor = pickled.get(name);
        long span = tensor.endByte() - tensor.beginByte();
        if (Math.max(span, tensor.byteLength()) > Integer.MAX_VALUE) {
            throw new CheckpointException("file %s: tensor %s spans %d bytes, at most 2 GiB can be read"
                    .formatted(path, name, Math.max(span, tensor.byteLength())));
        }
        try (ZipFile zip = new ZipFile(path.toFile());
                InputStream storage = zip.getInputStream(storage(zip, tensor))) {
            storage.skipNBytes(tensor.beginByte());
            ByteBuffer bytes = read(storage, (int) span);
            return tensor.isContiguous() ? bytes : contiguous(bytes, tensor);
        } catch (IOException e) {
            throw new CheckpointException(
                    "file %s: tensor %s cannot be read: %s".formatted(path, name, e.getMessage()), e);
        }
    }

    private ZipEntry storage(ZipFile zip, View tensor) throws IOException {
        ZipEntry entry = zip.getEntry(folder + "data/" + tensor.storage());
        if (entry == null) {
            throw new IOException("the file has changed since it was opened");
        }
        return entry;
    }

    private static ByteBuffer read(InputStream in, int count) throws IOException {
        ByteBuffer bytes = buffer(count);
        ReadableByteChannel channel = Channels.newChannel(in);
        while (bytes.hasRemaining()) {
            if (channel.read(bytes) < 0) {
                throw new EOFException("its storage ended %d bytes early".formatted(bytes.remaining()));
            }
        }
        return bytes.flip();
    }

    /** Walks the tensor in row-major order, the last index fastest, as an odometer turns. */
    private static ByteBuffer contiguous(ByteBuffer strided, View tensor) {
        int width = tensor.dtype().bytes();
        long[] shape = tensor.shape();
        long[] index = new long[shape.length];
        ByteBuffer bytes = buffer((int) tensor.byteLength());
        for (int to = 0; to < bytes.limit(); to += width) {
            bytes.put(to, strided, (int) dot(index, tensor.strides()) * width, width);
            for (int d = shape.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
                index[d] = 0;
            }
        }
        return bytes;
    }

    private static long dot(long[] index, long[] strides) {
        long sum = 0;
        for (int d = 0; d < index.length; d++) {
            sum += index[d] * strides[d];
        }
        return sum;
    }

    private static ByteBuffer buffer(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    /**
     * A tensor as a pickle describes it: a strided view of a storage. Offset, shape and strides are counted in elements.
     *
     * @param storage name of the zip entry below {@code data/}
     */
    record View(DType dtype, String storage, long offset, long[] shape, long[] strides) {

        /**
         * @throws IllegalArgumentException if a number is negative, or shape and strides differ in length
         * @throws ArithmeticException if a size in bytes is beyond 64 bits
         */
        View {
            if (offset < 0 || shape.length != strides.length || anyNegative(shape) || anyNegative(strides)) {
                throw new IllegalArgumentException("shape %s, strides %s, offset %d"
                        .formatted(Arrays.toString(shape), Arrays.toString(strides), offset));
            }
            Math.multiplyExact(product(shape), dtype.bytes());
            Math.multiplyExact(end(offset, shape, strides), dtype.bytes());
            requireOnce(shape, strides);
        }

        /**
         * No two elements may be one number of the storage, as by strides of 0: a file of a few bytes would be expanded into as
         * many as its shape says. A tensor that was transposed or cut out of another passes.
         */
        private static void requireOnce(long[] shape, long[] strides) {
            Integer[] order = IntStream.range(0, shape.length)
                    .filter(d -> shape[d] > 1)
                    .boxed()
                    .sorted(Comparator.comparingLong(d -> strides[d]))
                    .toArray(Integer[]::new);
            long reach = 0;
            for (int d : order) {
                if (strides[d] <= reach) {
                    throw new IllegalArgumentException("shape %s with strides %s: elements share their numbers"
                            .formatted(Arrays.toString(shape), Arrays.toString(strides)));
                }
                reach += (shape[d] - 1) * strides[d];
            }
        }

        private static boolean anyNegative(long[] values) {
            return Arrays.stream(values).anyMatch(value -> value < 0);
        }

        private static long product(long[] shape) {
            return Arrays.stream(shape).reduce(1, Math::multiplyExact);
        }

        private static long end(long offset, long[] shape, long[] strides) {
            if (Arrays.stream(shape).anyMatch(size -> size == 0)) {
                return offset;
            }
            long last = offset;
            for (int d = 0; d < shape.length; d++) {
                last = Math.addExact(last, Math.multiplyExact(shape[d] - 1, strides[d]));
            }
            return Math.addExact(last, 1);
        }

        /** Strides of a row-major tensor without gaps. */
        static long[] rowMajor(long[] shape) {
            long[] strides = new long[shape.length];
            long stride = 1;
            for (int d = shape.length - 1; d >= 0; d--) {
                strides[d] = stride;
                stride *= shape[d];
            }
            return strides;
        }

        /** Bytes of the tensor once it is contiguous. */
        long byteLength() {
            return product(shape) * dtype.bytes();
        }

        /** First byte used in the storage. */
        long beginByte() {
            return offset * dtype.bytes();
        }

        /** One past the last byte used in the storage. */
        long endByte() {
            return end(offset, shape, strides) * dtype.bytes();
        }

        boolean isContiguous() {
            long[] expected = rowMajor(shape);
            for (int d = 0; d < shape.length; d++) {
                // The stride of a dimension of size 1 is never used, so it may be any.
                if (shape[d] != 1 && strides[d] != expected[d]) {
                    return false;
                }
            }
            return true;
        }
    }
}
