package org.dualanodiff.model.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.dualanodiff.model.files.WholeFile;

/**
 * Writes safetensors files with the layout of the reference library: tensors sorted by element type, widest first, then
 * by name; header padded with spaces to a multiple of 8 bytes. Equal input gives equal bytes.
 */
public final class SafetensorsWriter {
    private static final int ALIGNMENT = 8;
    private static final int WRITE_PIECE = 1 << 20;
    private static final Gson JSON = new GsonBuilder().disableHtmlEscaping().create();
    private static final Comparator<Map.Entry<String, TensorData>> LAYOUT_ORDER = Comparator.comparing(
                    (Map.Entry<String, TensorData> entry) -> entry.getValue().dtype(), Comparator.reverseOrder())
            .thenComparing(Map.Entry::getKey);

    private SafetensorsWriter() {}

    /**
     * Writes a {@linkplain WholeFile whole} file, replacing one that is there.
     *
     * @param metadata free text pairs for {@code __metadata__}; left out if empty
     * @throws CheckpointException if a tensor's data does not fit its shape
     * @throws IOException if the folder cannot be written
     */
    public static void write(Path path, Map<String, TensorData> tensors, Map<String, String> metadata)
            throws IOException {
        Map<String, TensorData> ordered = inLayoutOrder(tensors);
        WholeFile.write(path, file -> writeAll(file, header(ordered, metadata), ordered, path));
    }

    private static Map<String, TensorData> inLayoutOrder(Map<String, TensorData> tensors) {
        Map<String, TensorData> ordered = new LinkedHashMap<>();
        tensors.entrySet().stream()
                .sorted(LAYOUT_ORDER)
                .forEach(entry -> ordered.put(entry.getKey(), entry.getValue()));
        return ordered;
    }

    private static ByteBuffer header(Map<String, TensorData> ordered, Map<String, String> metadata) {
        JsonObject header = new JsonObject();
        if (!metadata.isEmpty()) {
            header.add("__metadata__", JSON.toJsonTree(new TreeMap<>(metadata)));
        }
        long begin = 0;
        for (Map.Entry<String, TensorData> entry : ordered.entrySet()) {
            TensorData tensor = entry.getValue();
            long end = begin + SafetensorsFile.Header.byteLength(entry.getKey(), tensor.dtype(), tensor.shape());
            header.add(entry.getKey(), headerEntry(tensor, begin, end));
            begin = end;
        }
        return padded(JSON.toJson(header).getBytes(StandardCharsets.UTF_8));
    }

    private static JsonObject headerEntry(TensorData tensor, long begin, long end) {
        JsonObject entry = new JsonObject();
        entry.addProperty("dtype", tensor.dtype().name());
        entry.add("shape", array(tensor.shape()));
        entry.add("data_offsets", array(begin, end));
        return entry;
    }

    private static JsonArray array(long... numbers) {
        JsonArray array = new JsonArray();
        Arrays.stream(numbers).forEach(array::add);
        return array;
    }

    private static ByteBuffer padded(byte[] json) {
        int length = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] padded = Arrays.copyOf(json, length);
        Arrays.fill(padded, json.length, length, (byte) ' ');
        return ByteBuffer.allocate(Long.BYTES + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put(padded)
                .flip();
    }

    /** @param target for messages: where the file is moved to */
    private static void writeAll(Path file, ByteBuffer header, Map<String, TensorData> ordered, Path target)
            throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            writeFully(channel, header);
            for (Map.Entry<String, TensorData> entry : ordered.entrySet()) {
                writeFully(channel, entry.getValue().checkedBytes(entry.getKey(), target));
            }
        }
    }

    /** Piece by piece: for a heap buffer the channel makes an off-heap copy as large as what it is given at once. */
    private static void writeFully(FileChannel channel, ByteBuffer bytes) throws IOException {
        int end = bytes.limit();
        while (bytes.position() < end) {
            bytes.limit(Math.min(end, bytes.position() + WRITE_PIECE));
            channel.write(bytes);
        }
    }
}
