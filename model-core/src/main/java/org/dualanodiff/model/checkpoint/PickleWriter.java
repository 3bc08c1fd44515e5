package org.dualanodiff.model.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes the pickle of a dictionary of tensors, byte for byte as Python's pickler does it for {@code torch.save}:
 * protocol 2, every object but numbers remembered, repeated names recalled.
 */
final class PickleWriter {
    /** Items that Python's pickler sets at once. */
    private static final int BATCH = 1000;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final Map<String, Integer> recallable = new HashMap<>();
    private int remembered;

    private PickleWriter() {}

    /** The pickle; the tensor at position n of the map is said to have the storage {@code n}. */
    static byte[] write(Map<String, TensorData> tensors) {
        PickleWriter writer = new PickleWriter();
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
        text(name).global(TorchGlobals.TENSOR).op('(');
        storage(tensor.dtype(), storage, Arrays.stream(shape).reduce(1, Math::multiplyExact));
        number(0).tuple(shape).tuple(PickledTensor.rowMajor(shape)).op(0x89);
        global(TorchGlobals.ORDERED_DICT).op(')', 'R').remember();
        op('t').remember().op('R').remember();
    }

    /** Persistent id: ("storage", storage type, key, device, number of elements). */
    private void storage(DType dtype, int key, long elements) {
        op('(').constant("storage").global(TorchGlobals.storage(dtype));
        text(Integer.toString(key)).constant("cpu").number(elements);
        op('t').remember().op('Q');
    }

    private PickleWriter op(int... opcodes) {
        for (int opcode : opcodes) {
            out.write(opcode);
        }
        return this;
    }

    private PickleWriter text(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return op('X').int32(bytes.length).bytes(bytes).remember();
    }

    private PickleWriter constant(String text) {
        return recall(text) ? this : nextIs(text).text(text);
    }

    private PickleWriter global(String name) {
        byte[] lines = (name.replace(' ', '\n') + "\n").getBytes(UTF_8);
        return recall(name) ? this : nextIs(name).op('c').bytes(lines).remember();
    }

    /** The next object remembered is the one of this name. */
    private PickleWriter nextIs(String name) {
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

    private PickleWriter remember() {
        return indexed('q', 'r', remembered++);
    }

    private PickleWriter indexed(int shortForm, int longForm, int index) {
        return index < 1 << 8 ? op(shortForm, index) : op(longForm).int32(index);
    }

    private PickleWriter tuple(long[] values) {
        if (values.length == 0) {
            return op(')');
        }
        boolean marked = values.length > 3;
        op(marked ? new int[] {'('} : new int[0]);
        Arrays.stream(values).forEach(this::number);
        return op(marked ? 't' : 0x84 + values.length).remember();
    }

    private PickleWriter number(long value) {
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

    private PickleWriter int32(int value) {
        return bytes(ByteBuffer.allocate(Integer.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
    }

    private PickleWriter bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }
}
