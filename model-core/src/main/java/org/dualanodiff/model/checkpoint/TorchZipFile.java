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
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
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
    private final Map<String, PickledTensor> pickled;
    private final Map<String, TensorInfo> tensors;

    private TorchZipFile(Path path, String folder, Map<String, PickledTensor> pickled) {
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
            Map<String, PickledTensor> tensors =
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

    private static void requireStorage(ZipEntry storage, String name, PickledTensor tensor, Path path) {
        if (storage == null) {
            throw new CheckpointException(
                    "file %s: tensor %s: its storage data/%s is missing".formatted(path, name, tensor.storage()));
        }
        if (tensor.endByte() > storage.getSize()) {
            throw new CheckpointException("file %s: tensor %s needs %d bytes of storage data/%s, found %d"
                    .formatted(path, name, tensor.endByte(), tensor.storage(), storage.getSize()));
        }
    }

    private static Map<String, TensorInfo> infos(Map<String, PickledTensor> pickled) {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        // Each tensor is contiguous only once it is read, so its bytes are counted from its own start.
        pickled.forEach((name, tensor) ->
                infos.put(name, new TensorInfo(name, tensor.dtype(), tensor.shape(), 0, tensor.byteLength())));
        return Collections.unmodifiableMap(infos);
    }

    @Override
    public Path path() {
        return path;
    }

    @Override
    public Map<String, TensorInfo> tensors() {
        return tensors;
    }

    /** A copy, contiguous also where the tensor in the file is not. */
    @Override
    public ByteBuffer map(String name) {
        tensor(name);
        PickledTensor tensor = pickled.get(name);
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

    private ZipEntry storage(ZipFile zip, PickledTensor tensor) throws IOException {
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
    private static ByteBuffer contiguous(ByteBuffer strided, PickledTensor tensor) {
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
}
