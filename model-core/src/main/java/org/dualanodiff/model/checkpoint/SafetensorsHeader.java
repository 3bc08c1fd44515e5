package org.dualanodiff.model.checkpoint;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The JSON header of a safetensors file, checked as strictly as the format demands: no key twice, no gap and no overlap
 * between tensors, every size equal to shape times element size.
 */
record SafetensorsHeader(Map<String, TensorInfo> tensors, Map<String, String> metadata) {
    private static final String METADATA = "__metadata__";

    /**
     * Reads and checks a header.
     *
     * @param json the header's text
     * @param dataLength bytes that follow the header in the file
     * @throws CheckpointException on any departure from the format
     */
    static SafetensorsHeader parse(String json, long dataLength) {
        JsonReader reader = new JsonReader(new StringReader(json));
        reader.setStrictness(Strictness.STRICT);
        try {
            SafetensorsHeader header = readAll(reader);
            return new SafetensorsHeader(inOffsetOrder(header.tensors.values(), dataLength), header.metadata);
        } catch (IOException | IllegalStateException | NumberFormatException e) {
            throw new CheckpointException(
                    "the header is not the JSON that safetensors prescribes, at " + reader.getPath(), e);
        }
    }

    private static SafetensorsHeader readAll(JsonReader reader) throws IOException {
        SafetensorsHeader header = new SafetensorsHeader(new LinkedHashMap<>(), new LinkedHashMap<>());
        boolean metadataSeen = false;
        reader.beginObject();
        while (reader.hasNext()) {
            String key = reader.nextName();
            if (key.equals(METADATA)) {
                check(!metadataSeen, "%s appears twice in the header", METADATA);
                metadataSeen = true;
                readMetadata(reader, header.metadata);
            } else {
                TensorInfo previous = header.tensors.put(key, readTensor(key, reader));
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

    private static TensorInfo readTensor(String name, JsonReader reader) throws IOException {
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

    private static TensorInfo tensor(String name, String typeName, long[] shape, long[] offsets) {
        DType dtype = DType.parse(typeName)
                .orElseThrow(
                        () -> new CheckpointException("tensor %s: element type %s is not supported, expected one of %s"
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
        return new TensorInfo(name, dtype, shape, offsets[0], offsets[1]);
    }

    static long byteLength(String name, DType dtype, long[] shape) {
        try {
            return Arrays.stream(shape).reduce(dtype.bytes(), Math::multiplyExact);
        } catch (ArithmeticException e) {
            throw new CheckpointException(
                    "tensor %s: shape %s is larger than any file".formatted(name, Arrays.toString(shape)), e);
        }
    }

    private static Map<String, TensorInfo> inOffsetOrder(Iterable<TensorInfo> tensors, long dataLength) {
        List<TensorInfo> sorted = new ArrayList<>();
        tensors.forEach(sorted::add);
        sorted.sort(Comparator.comparingLong(TensorInfo::begin).thenComparingLong(TensorInfo::end));
        Map<String, TensorInfo> ordered = new LinkedHashMap<>();
        long expectedBegin = 0;
        for (TensorInfo tensor : sorted) {
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

    private static void checkPlace(TensorInfo tensor, long expectedBegin, long dataLength) {
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
