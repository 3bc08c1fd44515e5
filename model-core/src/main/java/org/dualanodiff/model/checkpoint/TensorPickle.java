package org.dualanodiff.model.checkpoint;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads the pickle of a {@code torch.save} file as data. Python's own reader calls whatever functions a pickle names;
 * this one knows tensors, dictionaries, lists, tuples and plain values. Whatever is made with another name, such as the
 * callbacks that a training framework keeps beside the weights, is an opaque value: it is never made, and a file is refused
 * only if a tensor would depend on it.
 *
 * <p>Source: Python's {@code pickletools}, protocols 2 to 4; PyTorch, {@code torch/_utils.py}.
 */
final class TensorPickle {
    // Names are written as module, space, name.
    static final String TENSOR = "torch._utils _rebuild_tensor_v2";
    static final String ORDERED_DICT = "collections OrderedDict";
    private static final String PARAMETER = "torch._utils _rebuild_parameter";
    private static final Set<String> FUNCTIONS = Set.of(TENSOR, PARAMETER, ORDERED_DICT);
    private static final String STATE_DICT = "state_dict";
    private static final String ENTRY_NAME = "[A-Za-z0-9_-][A-Za-z0-9_.-]*";

    /** Objects that are no values of a file. */
    private enum Special {
        MARK,
        /** Python's None, for which a deque has no place. */
        NONE
    }

    /** A Python tuple; the lists of a pickle can still grow, tuples cannot. */
    private record Tuple(List<Object> items) {}

    private record Global(String name) {}

    private record Storage(DType dtype, String key) {}

    /** What a name that is not allowed stands for, and all that would be made with it. */
    private record Opaque(String name, int at) {}

    private final PickleReader in;
    private final Deque<Object> stack = new ArrayDeque<>();
    private final Map<Integer, Object> memo = new HashMap<>();

    private TensorPickle(PickleReader in) {
        this.in = in;
    }

    /**
     * @return the tensors by name, in the file's order
     * @throws CheckpointException if the pickle is damaged, or tensors depend on something that is no part of one
     */
    static Map<String, TorchZipFile.View> read(byte[] pickle, Path path) {
        TensorPickle machine = new TensorPickle(new PickleReader(pickle, path));
        return machine.tensors(machine.run());
    }

    private Map<String, TorchZipFile.View> tensors(Object root) {
        refuseOpaque(root);
        Map<?, ?> dictionary = expect(Map.class, root, "a dictionary of tensors");
        if (dictionary.get(STATE_DICT) instanceof Map<?, ?> inner) {
            dictionary = inner;
        }
        Map<String, TorchZipFile.View> tensors = new LinkedHashMap<>();
        dictionary.forEach((key, value) -> {
            if (key instanceof String name && value instanceof TorchZipFile.View tensor) {
                tensors.put(name, tensor);
            }
        });
        if (tensors.isEmpty()) {
            dictionary.values().forEach(this::refuseOpaque);
        }
        if (tensors.isEmpty()) {
            throw in.refused("expected a dictionary from names to tensors, found no tensor in it");
        }
        return tensors;
    }

    private Object run() {
        int opcode = in.opcode();
        while (opcode != '.') {
            if (!value(opcode) && !container(opcode) && !call(opcode) && !memo(opcode)) {
                throw in.refused("opcode 0x%02x is not needed for tensors".formatted(opcode));
            }
            opcode = in.opcode();
        }
        return pop();
    }

    private boolean value(int opcode) {
        switch (opcode) {
            case 0x80 -> in.skip(1); // protocol
            case 0x95 -> in.skip(Long.BYTES); // frame
            case 'X' -> stack.push(in.text(in.int32()));
            case 0x8c, 'U', 'C' -> stack.push(in.text(in.uint8()));
            case 'T', 'B' -> stack.push(in.text(in.int32()));
            case 'K' -> stack.push((long) in.uint8());
            case 'M' -> stack.push((long) in.uint16());
            case 'J' -> stack.push((long) in.int32());
            case 0x8a -> stack.push(integer(in.uint8()));
            case 'G' -> stack.push(in.float64());
            case 0x88 -> stack.push(true);
            case 0x89 -> stack.push(false);
            case 'N' -> stack.push(Special.NONE);
            case '0' -> pop();
            case '1' -> toMark();
            default -> {
                return false;
            }
        }
        return true;
    }

    /** No number of a tensor has more than 8 bytes; states of random generators have. */
    private Object integer(int length) {
        if (length <= Long.BYTES) {
            return in.integer(length);
        }
        in.skip(length);
        return new Opaque("an integer of %d bytes".formatted(length), in.opcodeAt());
    }

    private boolean container(int opcode) {
        switch (opcode) {
            case '(' -> stack.push(Special.MARK);
            case '}' -> stack.push(new LinkedHashMap<>());
            case ']', 0x8f -> stack.push(new ArrayList<>()); // a set is as good as a list: neither holds tensors
            case ')' -> stack.push(new Tuple(List.of()));
            case 't' -> stack.push(new Tuple(toMark()));
            case 0x85, 0x86, 0x87 -> stack.push(new Tuple(top(opcode - 0x84)));
            case 's' -> put(top(2));
            case 'u' -> put(toMark());
            case 'a' -> append(top(1));
            case 'e', 0x90 -> append(toMark());
            case 0x91 -> stack.push(toMark());
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean call(int opcode) {
        switch (opcode) {
            case 'c' -> stack.push(named(in.line() + " " + in.line()));
            case 0x93 -> {
                List<Object> names = top(2);
                stack.push(named(
                        names.get(0) instanceof String module && names.get(1) instanceof String name
                                ? module + " " + name
                                : "a global without a name"));
            }
            case 'Q' -> stack.push(storage(expect(Tuple.class, pop(), "a storage's description")));
            case 'R' -> {
                Object arguments = pop();
                stack.push(called(pop(), arguments));
            }
            case 0x81 -> stack.push(made(top(2)));
            case 0x92 -> stack.push(made(top(3)));
            case 'b' -> {
                pop(); // attributes of an ordered dictionary: version numbers, no tensors
                if (!(stack.peek() instanceof Opaque)) {
                    expect(Map.class, stack.peek(), "a dictionary");
                }
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean memo(int opcode) {
        switch (opcode) {
            case 'q' -> remember(in.uint8());
            case 'r' -> remember(in.int32());
            case 0x94 -> remember(memo.size());
            case 'h' -> stack.push(recalled(in.uint8()));
            case 'j' -> stack.push(recalled(in.int32()));
            default -> {
                return false;
            }
        }
        return true;
    }

    private void remember(int index) {
        Object top = pop();
        memo.put(index, top);
        stack.push(top);
    }

    private Object recalled(int index) {
        Object object = memo.get(index);
        if (object == null) {
            throw in.refused("damaged: nothing was remembered as " + index);
        }
        return object;
    }

    private Object named(String name) {
        return DType.ofStorage(name).isPresent() || FUNCTIONS.contains(name)
                ? new Global(name)
                : new Opaque(name, in.opcodeAt());
    }

    private Object called(Object function, Object arguments) {
        return function instanceof Opaque opaque
                ? opaque
                : rebuilt(
                        expect(Global.class, function, "a function's name"),
                        expect(Tuple.class, arguments, "a tuple of arguments"));
    }

    /** An object of a class; none of the classes that are allowed is made this way but the ordered dictionary. */
    private Object made(List<Object> classAndArguments) {
        return called(classAndArguments.get(0), new Tuple(List.of()));
    }

    private void refuseOpaque(Object value) {
        if (value instanceof Opaque opaque) {
            throw in.refusedAt(
                    opaque.at(),
                    ("it asks for \"%s\", which is no part of a tensor;"
                                    + " load the file where it came from and save its tensors alone, best as safetensors")
                            .formatted(opaque.name()));
        }
    }

    /** Persistent id: ("storage", storage type, key, device, number of elements). */
    private Storage storage(Tuple id) {
        id.items().forEach(this::refuseOpaque);
        if (id.items().size() == 5
                && id.items().get(1) instanceof Global type
                && DType.ofStorage(type.name()).isPresent()
                && id.items().get(2) instanceof String key
                && key.matches(ENTRY_NAME)) {
            return new Storage(DType.ofStorage(type.name()).get(), key);
        }
        throw in.refused("expected (\"storage\", type, key, device, size), found another description of a storage");
    }

    private Object rebuilt(Global function, Tuple arguments) {
        List<Object> items = arguments.items();
        return switch (function.name()) {
            case ORDERED_DICT -> {
                require(items.isEmpty(), "an ordered dictionary with arguments");
                yield new LinkedHashMap<>();
            }
            case PARAMETER -> {
                require(!items.isEmpty(), "a parameter without data");
                refuseOpaque(items.get(0));
                yield expect(TorchZipFile.View.class, items.get(0), "a tensor");
            }
            case TENSOR -> {
                require(items.size() >= 4, "a tensor without storage, offset, shape and strides");
                yield tensor(items);
            }
            default -> throw in.refused("a call of " + function.name());
        };
    }

    /** (storage, offset, shape, strides, ...). */
    private TorchZipFile.View tensor(List<Object> arguments) {
        arguments.subList(0, 4).forEach(this::refuseOpaque);
        Storage storage = expect(Storage.class, arguments.get(0), "a storage");
        long offset = expect(Long.class, arguments.get(1), "an offset");
        long[] shape = numbers(arguments.get(2));
        long[] strides = numbers(arguments.get(3));
        try {
            return new TorchZipFile.View(storage.dtype(), storage.key(), offset, shape, strides);
        } catch (IllegalArgumentException e) {
            throw in.refused("no tensor can have " + e.getMessage());
        } catch (ArithmeticException e) {
            throw in.refused("a tensor larger than any file");
        }
    }

    private long[] numbers(Object tuple) {
        return expect(Tuple.class, tuple, "a tuple of sizes").items().stream()
                .mapToLong(item -> expect(Long.class, item, "a size"))
                .toArray();
    }

    @SuppressWarnings("unchecked")
    private void put(List<Object> keysAndValues) {
        if (stack.peek() instanceof Opaque) {
            return;
        }
        Map<Object, Object> map = expect(Map.class, stack.peek(), "a dictionary");
        require(keysAndValues.size() % 2 == 0, "a key without a value");
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            // Hashing a container would follow it, and a container may hold itself.
            require(!(key instanceof Map || key instanceof List), "a key that is neither text nor a number");
            if (!(key instanceof Tuple)) {
                map.put(key, keysAndValues.get(i + 1));
            }
        }
    }

    @SuppressWarnings("unchecked")
    private void append(List<Object> items) {
        if (!(stack.peek() instanceof Opaque)) {
            expect(List.class, stack.peek(), "a list").addAll(items);
        }
    }

    private List<Object> toMark() {
        List<Object> items = new ArrayList<>();
        while (stack.peek() != Special.MARK) {
            items.add(pop());
        }
        stack.pop();
        Collections.reverse(items);
        return items;
    }

    private List<Object> top(int count) {
        List<Object> items = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            items.add(pop());
        }
        Collections.reverse(items);
        return items;
    }

    private Object pop() {
        Object top = stack.poll();
        require(top != null && top != Special.MARK, "damaged: it takes a value that is not there");
        return top;
    }

    private <T> T expect(Class<T> type, Object value, String what) {
        require(type.isInstance(value), "expected " + what + ", found something else");
        return type.cast(value);
    }

    private void require(boolean condition, String otherwise) {
        if (!condition) {
            throw in.refused(otherwise);
        }
    }
}
