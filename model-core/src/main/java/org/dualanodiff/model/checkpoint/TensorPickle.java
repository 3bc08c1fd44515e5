package org.dualanodiff.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/**
 * Reads the pickle of a {@code torch.save} file as data. Python's own reader calls whatever functions a pickle names;
 * this one knows tensors, dictionaries, lists, tuples and plain values, and refuses every other name and opcode.
 *
 * <p>Source: Python's {@code pickletools}, protocols 2 to 4.
 */
final class TensorPickle {

    private static final Map<String, DType> STORAGES = Map.of(
            "torch FloatStorage", DType.F32,
            "torch HalfStorage", DType.F16,
            "torch BFloat16Storage", DType.BF16,
            "torch DoubleStorage", DType.F64,
            "torch LongStorage", DType.I64,
            "torch IntStorage", DType.I32,
            "torch ShortStorage", DType.I16,
            "torch CharStorage", DType.I8,
            "torch ByteStorage", DType.U8,
            "torch BoolStorage", DType.BOOL);
    private static final String TENSOR = "torch._utils _rebuild_tensor_v2";
    private static final String PARAMETER = "torch._utils _rebuild_parameter";
    private static final String ORDERED_DICT = "collections OrderedDict";
    private static final String STATE_DICT = "state_dict";
    private static final Object MARK = new Object();

    private final ByteBuffer in;
    private final Path path;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private TensorPickle(byte[] pickle, Path path) {
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
        this.path = path;
    }

    /**
     * A tensor as the pickle describes it; numbers are counted in elements.
     *
     * @param storage name of the zip entry below {@code data/}
     */
    record Tensor(DType dtype, String storage, long offset, long[] shape, long[] strides) {

        long elements() {
            return Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        }

        /** One past the last element used in the storage. */
        long lastElement() {
            long last = offset;
            for (int d = 0; d < shape.length; d++) {
                if (shape[d] == 0) {
                    return offset;
                }
                last += (shape[d] - 1) * strides[d];
            }
            return last + 1;
        }

        boolean isContiguous() {
            long stride = 1;
            for (int d = shape.length - 1; d >= 0; d--) {
                if (shape[d] != 1 && strides[d] != stride) {
                    return false;
                }
                stride *= shape[d];
            }
            return true;
        }
    }

    private record Name(String text) {}

    private record Storage(DType dtype, String key) {}

    /** Null, which a deque cannot hold. */
    private enum Nothing {
        NONE
    }

    /** @throws CheckpointException if the pickle is damaged or holds anything but tensors by name */
    static Map<String, Tensor> read(byte[] pickle, Path path) {
        TensorPickle reader = new TensorPickle(pickle, path);
        try {
            return reader.tensors(reader.run());
        } catch (BufferUnderflowException | NoSuchElementException | ClassCastException e) {
            throw reader.refused("damaged at byte " + reader.in.position());
        }
    }

    private Map<String, Tensor> tensors(Object root) {
        if (!(root instanceof Map<?, ?> dictionary)) {
            throw refused("expected a dictionary of tensors");
        }
        if (dictionary.get(STATE_DICT) instanceof Map<?, ?> inner) {
            dictionary = inner;
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        dictionary.forEach((key, value) -> {
            if (key instanceof String name && value instanceof Tensor tensor) {
                tensors.put(name, tensor);
            }
        });
        if (tensors.isEmpty()) {
            throw refused("no tensor in it");
        }
        return tensors;
    }

    private Object run() {
        while (true) {
            int at = in.position();
            int opcode = in.get() & 0xff;
            if (opcode == '.') {
                return stack.pop();
            }
            if (!value(opcode) && !container(opcode) && !call(opcode) && !memo(opcode)) {
                throw refused("opcode 0x%02x at byte %d is not needed for tensors".formatted(opcode, at));
            }
        }
    }

    private boolean value(int opcode) {
        switch (opcode) {
            case 0x80 -> in.get(); // protocol
            case 0x95 -> in.getLong(); // frame
            case 'X' -> stack.push(text(in.getInt()));
            case 0x8c, 'U' -> stack.push(text(in.get() & 0xff));
            case 'K' -> stack.push((long) (in.get() & 0xff));
            case 'M' -> stack.push((long) (in.getShort() & 0xffff));
            case 'J' -> stack.push((long) in.getInt());
            case 0x8a -> stack.push(integer(in.get() & 0xff));
            case 'G' -> stack.push(in.order(ByteOrder.BIG_ENDIAN).getDouble());
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'N' -> stack.push(Nothing.NONE);
            default -> {
                return false;
            }
        }
        in.order(ByteOrder.LITTLE_ENDIAN);
        return true;
    }

    private boolean container(int opcode) {
        switch (opcode) {
            case '(' -> stack.push(MARK);
            case '}' -> stack.push(new LinkedHashMap<>());
            case ']' -> stack.push(new ArrayList<>());
            case ')' -> stack.push(List.of());
            case 't' -> stack.push(toMark());
            case 0x85 -> stack.push(top(1));
            case 0x86 -> stack.push(top(2));
            case 0x87 -> stack.push(top(3));
            case 's' -> put(top(2));
            case 'u' -> put(toMark());
            case 'a' -> append(top(1));
            case 'e' -> append(toMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean call(int opcode) {
        switch (opcode) {
            case 'c' -> stack.push(allowed(line() + " " + line()));
            case 0x93 -> {
                List<Object> names = top(2);
                stack.push(allowed(names.get(0) + " " + names.get(1)));
            }
            case 'Q' -> stack.push(storage((List<?>) stack.pop()));
            case 'R' -> {
                List<?> arguments = (List<?>) stack.pop();
                stack.push(rebuild((Name) stack.pop(), arguments));
            }
            case 'b' -> stack.pop(); // the state of an ordered dictionary: annotations, no tensors
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memo(int opcode) {
        switch (opcode) {
            case 'q' -> memo.put(in.get() & 0xff, stack.peek());
            case 'r' -> memo.put(in.getInt(), stack.peek());
            case 0x94 -> memo.put(memo.size(), stack.peek());
            case 'h' -> stack.push(recalled(in.get() & 0xff));
            case 'j' -> stack.push(recalled(in.getInt()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private Object recalled(int index) {
        Object object = memo.get(index);
        if (object == null) {
            throw refused("nothing was remembered as " + index);
        }
        return object;
    }

    private Name allowed(String name) {
        if (!STORAGES.containsKey(name)
                && !name.equals(TENSOR)
                && !name.equals(PARAMETER)
                && !name.equals(ORDERED_DICT)) {
            throw refused("it asks for \"%s\", which is no part of a tensor; nothing was executed".formatted(name));
        }
        return new Name(name);
    }

    /** Persistent id: ("storage", storage type, key, device, number of elements). */
    private Storage storage(List<?> id) {
        DType dtype = STORAGES.get(((Name) id.get(1)).text());
        if (dtype == null || !(id.get(2) instanceof String key) || !key.matches("[A-Za-z0-9_.-]+")) {
            throw refused("a storage is not described as one: " + id);
        }
        return new Storage(dtype, key);
    }

    private Object rebuild(Name function, List<?> arguments) {
        return switch (function.text()) {
            case ORDERED_DICT -> new LinkedHashMap<>();
            case PARAMETER -> arguments.get(0);
            case TENSOR -> tensor(arguments);
            default -> throw refused("a call of " + function.text());
        };
    }

    /** (storage, offset, shape, strides, ...). */
    private Tensor tensor(List<?> arguments) {
        Storage storage = (Storage) arguments.get(0);
        long offset = (Long) arguments.get(1);
        long[] shape = numbers((List<?>) arguments.get(2));
        long[] strides = numbers((List<?>) arguments.get(3));
        if (offset < 0 || shape.length != strides.length || anyNegative(shape) || anyNegative(strides)) {
            throw refused("a tensor of shape %s, strides %s, offset %d"
                    .formatted(Arrays.toString(shape), Arrays.toString(strides), offset));
        }
        return new Tensor(storage.dtype(), storage.key(), offset, shape, strides);
    }

    private static boolean anyNegative(long[] values) {
        return Arrays.stream(values).anyMatch(v -> v < 0);
    }

    private static long[] numbers(List<?> values) {
        return values.stream().mapToLong(v -> (Long) v).toArray();
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> keysAndValues) {
        Map<Object, Object> map = (Map<Object, Object>) stack.peek();
        for (int i = 0; i + 1 < keysAndValues.size(); i += 2) {
            map.put(keysAndValues.get(i), keysAndValues.get(i + 1));
        }
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> items) {
        ((List<Object>) stack.peek()).addAll(items);
    }

    private List<Object> toMark() {
        List<Object> items = new ArrayList<>();
        for (Object item = stack.pop(); item != MARK; item = stack.pop()) {
            items.add(0, item);
        }
        return items;
    }

    private List<Object> top(int count) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(0, stack.pop());
        }
        return items;
    }

    private String text(int length) {
        if (length < 0 || length > in.remaining()) {
            throw refused("a text of %d bytes at byte %d goes beyond the end".formatted(length, in.position()));
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (byte b = in.get(); b != '\n'; b = in.get()) {
            line.append((char) b);
        }
        return line.toString();
    }

    /** A little-endian two's complement integer of so many bytes. */
    private long integer(int length) {
        if (length > Long.BYTES) {
            throw refused("an integer of %d bytes".formatted(length));
        }
        long value = 0;
        for (int i = 0; i < length; i++) {
            long b = i == length - 1 ? in.get() : in.get() & 0xff;
            value |= b << (8 * i);
        }
        return value;
    }

    private CheckpointException refused(String why) {
        return new CheckpointException("file %s: the pickle is refused: %s".formatted(path, why));
    }
}
