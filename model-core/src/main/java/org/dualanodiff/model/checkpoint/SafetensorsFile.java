package org.dualanodiff.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.Map;

/**
 * A safetensors file: an unsigned 64-bit little-endian header length, a JSON header, then the tensors' bytes. The header
 * is read and checked on opening; tensors are memory-mapped one by one, so that files of any size can be read and no
 * handle stays open. Instances are immutable and safe to share between threads.
 */
public final class SafetensorsFile implements TensorFile {
    /** The reference library's limit on the header, a guard against corrupt lengths. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private final Path path;
    private final SafetensorsHeader header;
    private final long dataStart;

    private SafetensorsFile(Path path, SafetensorsHeader header, long dataStart) {
        this.path = path;
        this.header = header;
        this.dataStart = dataStart;
    }

    /**
     * Opens a file and checks its header.
     *
     * @throws CheckpointException if the file is missing, truncated or not safetensors
     */
    public static SafetensorsFile open(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long headerLength = headerLength(channel);
            long dataStart = Long.BYTES + headerLength;
            String json = StandardCharsets.UTF_8
                    .decode(read(channel, Long.BYTES, (int) headerLength))
                    .toString();
            return new SafetensorsFile(path, SafetensorsHeader.parse(json, channel.size() - dataStart), dataStart);
        } catch (IOException e) {
            throw new CheckpointException("file %s: %s".formatted(path, UnreadableFile.because(path, e)), e);
        } catch (CheckpointException e) {
            throw new CheckpointException(
                    "file %s: %s"
                            .formatted(
                                    path, UnreadableFile.insteadOfWeights(path).orElse(e.getMessage())),
                    e);
        }
    }

    private static long headerLength(FileChannel channel) throws IOException {
        long size = channel.size();
        if (size < Long.BYTES) {
            throw new CheckpointException("expected at least 8 bytes, found %d; the file is truncated".formatted(size));
        }
        long length = read(channel, 0, Long.BYTES).getLong();
        if (length < 0 || length > MAX_HEADER_BYTES) {
            throw new CheckpointException(
                    "header length must be at most %d bytes, found %s; this is not a safetensors file"
                            .formatted(MAX_HEADER_BYTES, Long.toUnsignedString(length)));
        }
        if (length > size - Long.BYTES) {
            throw new CheckpointException(
                    "expected a header of %d bytes, found a file of %d bytes; the file is truncated"
                            .formatted(length, size));
        }
        return length;
    }

    private static ByteBuffer read(FileChannel channel, long position, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file ended at byte " + (position + buffer.position()));
            }
        }
        return buffer.flip();
    }

    /** Where the file is. */
    @Override
    public Path path() {
        return path;
    }

    /** Bytes before the first tensor: length field and header. */
    public long dataStart() {
        return dataStart;
    }

    /** The tensors by name, in the order of their data. */
    @Override
    public Map<String, TensorInfo> tensors() {
        return Collections.unmodifiableMap(header.tensors());
    }

    /** The free text pairs of {@code __metadata__}; empty if there are none. */
    public Map<String, String> metadata() {
        return Collections.unmodifiableMap(header.metadata());
    }

    /**
     * Maps a tensor's bytes: a read-only, direct, little-endian buffer that stays valid after this object is gone.
     *
     * @throws CheckpointException if there is no such tensor, it has 2 GiB or more, or the file cannot be read
     */
    @Override
    public ByteBuffer map(String name) {
        TensorInfo info = tensor(name);
        if (info.byteLength() > Integer.MAX_VALUE) {
            throw new CheckpointException("file %s: tensor %s has %d bytes, at most %d (2 GiB) can be mapped"
                    .formatted(path, name, info.byteLength(), Integer.MAX_VALUE));
        }
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, dataStart + info.begin(), info.byteLength())
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new CheckpointException(
                    "file %s: tensor %s cannot be mapped: %s".formatted(path, name, e.getMessage()), e);
        }
    }

    /**
     * Copies an I64 tensor, row major.
     *
     * @throws CheckpointException if there is no such tensor or it has another type
     */
    public long[] longs(String name) {
        TensorInfo info = tensor(name);
        if (info.dtype() != DType.I64) {
            throw wrongType(info, "I64");
        }
        long[] values = new long[(int) info.elements()];
        map(name).asLongBuffer().get(values);
        return values;
    }
}
