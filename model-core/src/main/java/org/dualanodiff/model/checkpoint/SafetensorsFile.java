package org.dualanodiff.model.checkpoint;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A safetensors file: an unsigned 64-bit little-endian header length, a JSON header, then the tensors' bytes. The header
 * is read and checked on opening; tensors are memory-mapped one by one, so that files of any size can be read and no
 * handle stays open. Instances are immutable and safe to share between threads.
 */
public final class SafetensorsFile implements TensorFile {
    /** The reference library's limit on the header, a guard against corrupt lengths. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private final Path path;
    private final Header header;
    private final long dataStart;

    private SafetensorsFile(Path path, Header header, long dataStart) {
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
            return new SafetensorsFile(path, Header.parse(json, channel.size() - dataStart), dataStart);
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
    public Map<String, Info> tensors() {
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
        Info info = tensor(name);
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

    @Override
    public void giveBack(ByteBuffer bytes) {
        MappedPages.giveBack((MappedByteBuffer) bytes);
    }

    /**
     * The JSON header of a safetensors file, checked as strictly as the format demands: no key twice, no gap and no overlap
     * between tensors, every size equal to shape times element size.
     */
    record Header(Map<String, Info> tensors, Map<String, String> metadata) {
        private static final String METADATA = "__metadata__";

        /**
         * Reads and checks a header.
         *
         * @param json the header's text
         * @param dataLength bytes that follow the header in the file
         * @throws CheckpointException on any departure from the format
         */
        static Header parse(String json, long dataLength) {
            JsonReader reader = new JsonReader(new StringReader(json));
            reader.setStrictness(Strictness.STRICT);
            try {
                Header header = readAll(reader);
                return new Header(inOffsetOrder(header.tensors.values(), dataLength), header.metadata);
            } catch (IOException | IllegalStateException | NumberFormatException e) {
                throw new CheckpointException(
                        "the header is not the JSON that safetensors prescribes, at " + reader.getPath(), e);
            }
        }

        private static Header readAll(JsonReader reader) throws IOException {
            Header header = new Header(new LinkedHashMap<>(), new LinkedHashMap<>());
            boolean metadataSeen = false;
            reader.beginObject();
            while (reader.hasNext()) {
                String key = reader.nextName();
                if (key.equals(METADATA)) {
                    check(!metadataSeen, "%s appears twice in the header", METADATA);
                    metadataSeen = true;
                    readMetadata(reader, header.metadata);
                } else {
                    Info previous = header.tensors.put(key, readTensor(key, reader));
                    check(previous == null, "tensor %s appears twice in the header", key);
                }
            }
            reader.endObject();
            check(reader.peek() == JsonToken.END_DOCUMENT, "text follows the header's closing brace");
            return header;
        }

        private static void readMetadata(JsonReader reader, Map<String, String> metadata) throws IOException {
            reader.beginObject();
            while (reader.hasNext()) {
                String key = reader.nextName();
                check(metadata.put(key, reader.nextString()) == null, "%s has key %s twice", METADATA, key);
            }
            reader.endObject();
        }

        private static Info readTensor(String name, JsonReader reader) throws IOException {
            String dtype = null;
            long[] shape = null;
            long[] offsets = null;
            reader.beginObject();
            while (reader.hasNext()) {
                String key = reader.nextName();
                switch (key) {
                    case "dtype" -> dtype = once(name, key, dtype, reader.nextString());
                    case "shape" -> shape = once(name, key, shape, readNumbers(name, key, reader));
                    case "data_offsets" -> offsets = once(name, key, offsets, readNumbers(name, key, reader));
                    default -> throw new CheckpointException("tensor %s: unknown header key %s".formatted(name, key));
                }
            }
            reader.endObject();
            check(
                    dtype != null && shape != null && offsets != null,
                    "tensor %s: needs dtype, shape and data_offsets",
                    name);
            return tensor(name, dtype, shape, offsets);
        }

        private static <T> T once(String tensor, String key, T previous, T value) {
            check(previous == null, "tensor %s: header key %s appears twice", tensor, key);
            return value;
        }

        private static long[] readNumbers(String tensor, String key, JsonReader reader) throws IOException {
            List<Long> numbers = new ArrayList<>();
            reader.beginArray();
            while (reader.hasNext()) {
                check(reader.peek() == JsonToken.NUMBER, "tensor %s: %s must hold numbers only", tensor, key);
                long number = reader.nextLong();
                check(number >= 0, "tensor %s: %s must not be negative, found %s", tensor, key, number);
                numbers.add(number);
            }
            reader.endArray();
            return numbers.stream().mapToLong(Long::longValue).toArray();
        }

        private static Info tensor(String name, String typeName, long[] shape, long[] offsets) {
            DType dtype = DType.parse(typeName)
                    .orElseThrow(() ->
                            new CheckpointException("tensor %s: element type %s is not supported, expected one of %s"
                                    .formatted(name, typeName, Arrays.toString(DType.values()))));
            check(
                    offsets.length == 2,
                    "tensor %s: data_offsets must be [begin, end], found %s",
                    name,
                    Arrays.toString(offsets));
            check(
                    offsets[0] <= offsets[1],
                    "tensor %s: data_offsets end before they begin: %s",
                    name,
                    Arrays.toString(offsets));
            long expected = byteLength(name, dtype, shape);
            check(
                    offsets[1] - offsets[0] == expected,
                    "tensor %s: %s%s needs %s bytes, data_offsets give %s",
                    name,
                    dtype,
                    Arrays.toString(shape),
                    expected,
                    offsets[1] - offsets[0]);
            return new Info(name, dtype, shape, offsets[0], offsets[1]);
        }

        static long byteLength(String name, DType dtype, long[] shape) {
            try {
                return Arrays.stream(shape).reduce(dtype.bytes(), Math::multiplyExact);
            } catch (ArithmeticException e) {
                throw new CheckpointException(
                        "tensor %s: shape %s is larger than any file".formatted(name, Arrays.toString(shape)), e);
            }
        }

        private static Map<String, Info> inOffsetOrder(Iterable<Info> tensors, long dataLength) {
            List<Info> sorted = new ArrayList<>();
            tensors.forEach(sorted::add);
            sorted.sort(Comparator.comparingLong(Info::begin).thenComparingLong(Info::end));
            Map<String, Info> ordered = new LinkedHashMap<>();
            long expectedBegin = 0;
            for (Info tensor : sorted) {
                checkPlace(tensor, expectedBegin, dataLength);
                expectedBegin = tensor.end();
                ordered.put(tensor.name(), tensor);
            }
            check(
                    expectedBegin == dataLength,
                    "expected %s bytes of tensor data after the header, found %s",
                    expectedBegin,
                    dataLength);
            return ordered;
        }

        private static void checkPlace(Info tensor, long expectedBegin, long dataLength) {
            check(
                    tensor.end() <= dataLength,
                    "tensor %s: expected data up to byte %s after the header, found only %s bytes; the file is truncated",
                    tensor.name(),
                    tensor.end(),
                    dataLength);
            check(
                    tensor.begin() == expectedBegin,
                    "tensor %s: expected to begin at byte %s where the tensor before it ends, found %s",
                    tensor.name(),
                    expectedBegin,
                    tensor.begin());
        }

        private static void check(boolean holds, String message, Object... arguments) {
            if (!holds) {
                throw new CheckpointException(message.formatted(arguments));
            }
        }
    }

    /**
     * The pages of mapped files. Once read they count as memory of this process, until the garbage collector finds the buffer. Given back,
     * they are the system's cache again; whoever reads them later gets them from there.
     */
    static final class MappedPages {

        // Of sys/mman.h and unistd.h on Linux.
        private static final int DONT_NEED = 4;

        private static final Optional<Calls> LINUX = linux();

        private MappedPages() {}

        /** The functions of the C library that are used. */
        interface Calls extends Library {
            int getpagesize();

            int madvise(Pointer address, NativeLong length, int advice);
        }

        private static Optional<Calls> linux() {
            try {
                return Platform.isLinux() ? Optional.of(Native.load("c", Calls.class)) : Optional.empty();
            } catch (LinkageError absent) {
                return Optional.empty();
            }
        }

        /** @param mapped read-only, of a file: on memory without a file behind it the numbers would be lost */
        static void giveBack(MappedByteBuffer mapped) {
            // An empty tensor has no pages, and no address.
            if (mapped.capacity() == 0) {
                return;
            }
            LINUX.ifPresent(calls -> {
                long address = Pointer.nativeValue(Native.getDirectBufferPointer(mapped));
                long begin = address - address % calls.getpagesize();
                calls.madvise(new Pointer(begin), new NativeLong(address + mapped.capacity() - begin), DONT_NEED);
            });
        }
    }
}
