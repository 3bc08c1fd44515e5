package org.dualanodiff.model.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
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

    private final Path path;
    private final String folder;
    private final Map<String, TensorPickle.Tensor> pickled;
    private final Map<String, TensorInfo> tensors;

    private TorchZipFile(Path path, String folder, Map<String, TensorPickle.Tensor> pickled) {
        this.path = path;
        this.folder = folder;
        this.pickled = pickled;
        this.tensors = infos(pickled);
    }

    /**
     * @throws CheckpointException if it is no such file, is damaged, or holds anything but tensors in dictionaries
     */
    public static TorchZipFile open(Path path) {
        try (ZipFile zip = new ZipFile(path.toFile())) {
            ZipEntry pickle = zip.stream()
                    .filter(entry -> entry.getName().matches("[^/]+/data\\.pkl"))
                    .findFirst()
                    .orElseThrow(() -> new CheckpointException(
                            "file %s: a zip without data.pkl; torch.save did not write it".formatted(path)));
            String folder = pickle.getName().substring(0, pickle.getName().indexOf('/') + 1);
            requireLittleEndian(zip, folder, path);
            Map<String, TensorPickle.Tensor> tensors =
                    TensorPickle.read(zip.getInputStream(pickle).readAllBytes(), path);
            checkStorages(zip, folder, tensors, path);
            return new TorchZipFile(path, folder, tensors);
        } catch (IOException e) {
            throw new CheckpointException("file %s: not a readable zip archive: %s".formatted(path, e.getMessage()), e);
        }
    }

    private static void requireLittleEndian(ZipFile zip, String folder, Path path) throws IOException {
        ZipEntry order = zip.getEntry(folder + "byteorder");
        if (order != null && !new String(zip.getInputStream(order).readAllBytes()).equals("little")) {
            throw new CheckpointException("file %s: expected little-endian numbers, found big".formatted(path));
        }
    }

    private static void checkStorages(ZipFile zip, String folder, Map<String, TensorPickle.Tensor> tensors, Path path) {
        tensors.forEach((name, tensor) -> {
            ZipEntry storage = zip.getEntry(folder + "data/" + tensor.storage());
            long bytes = storage == null ? -1 : storage.getSize();
            long needed = tensor.lastElement() * tensor.dtype().bytes();
            if (needed > bytes) {
                throw new CheckpointException("file %s: tensor %s needs %d bytes of storage %s, found %s"
                        .formatted(path, name, needed, tensor.storage(), bytes < 0 ? "none" : bytes));
            }
        });
    }

    private static Map<String, TensorInfo> infos(Map<String, TensorPickle.Tensor> pickled) {
        Map<String, TensorInfo> infos = new LinkedHashMap<>();
        pickled.forEach((name, tensor) -> infos.put(
                name,
                new TensorInfo(
                        name,
                        tensor.dtype(),
                        tensor.shape(),
                        0,
                        tensor.elements() * tensor.dtype().bytes())));
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
        TensorInfo info = tensor(name);
        TensorPickle.Tensor tensor = pickled.get(name);
        if (info.byteLength() > Integer.MAX_VALUE) {
            throw new CheckpointException("file %s: tensor %s has %d bytes, at most 2 GiB can be read"
                    .formatted(path, name, info.byteLength()));
        }
        try (ZipFile zip = new ZipFile(path.toFile())) {
            ByteBuffer storage = read(zip, folder + "data/" + tensor.storage(), tensor);
            return tensor.isContiguous() ? storage : contiguous(storage, tensor);
        } catch (IOException e) {
            throw new CheckpointException(
                    "file %s: tensor %s cannot be read: %s".formatted(path, name, e.getMessage()), e);
        }
    }

    /** The bytes from the tensor's first element to its last. */
    private static ByteBuffer read(ZipFile zip, String entry, TensorPickle.Tensor tensor) throws IOException {
        int width = tensor.dtype().bytes();
        long count = (tensor.lastElement() - tensor.offset()) * width;
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(count)).order(ByteOrder.LITTLE_ENDIAN);
        try (InputStream in = zip.getInputStream(zip.getEntry(entry))) {
            in.skipNBytes(tensor.offset() * width);
            byte[] chunk = new byte[1 << 16];
            while (bytes.hasRemaining()) {
                int read = in.read(chunk, 0, Math.min(chunk.length, bytes.remaining()));
                if (read < 0) {
                    throw new IOException("storage " + entry + " ended early");
                }
                bytes.put(chunk, 0, read);
            }
        }
        return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
    }

    private static ByteBuffer contiguous(ByteBuffer storage, TensorPickle.Tensor tensor) {
        int width = tensor.dtype().bytes();
        long[] shape = tensor.shape();
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(tensor.elements() * width))
                .order(ByteOrder.LITTLE_ENDIAN);
        long[] index = new long[shape.length];
        while (bytes.hasRemaining()) {
            long at = 0;
            for (int d = 0; d < shape.length; d++) {
                at += index[d] * tensor.strides()[d];
            }
            bytes.put(bytes.position(), storage, Math.toIntExact(at * width), width);
            bytes.position(bytes.position() + width);
            for (int d = shape.length - 1; d >= 0 && ++index[d] == shape[d]; d--) {
                index[d] = 0;
            }
        }
        return bytes.flip().order(ByteOrder.LITTLE_ENDIAN);
    }
}
