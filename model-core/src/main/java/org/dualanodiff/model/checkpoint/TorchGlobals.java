package org.dualanodiff.model.checkpoint;

import java.util.Map;
import java.util.Set;

/**
 * The names that the pickle of a {@code torch.save} file may ask for, written as module, space, name.
 *
 * <p>Source: PyTorch, {@code torch/_utils.py} and {@code torch/storage.py}.
 */
final class TorchGlobals {
    static final String TENSOR = "torch._utils _rebuild_tensor_v2";
    static final String PARAMETER = "torch._utils _rebuild_parameter";
    static final String ORDERED_DICT = "collections OrderedDict";

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
    private static final Set<String> OTHERS = Set.of(TENSOR, PARAMETER, ORDERED_DICT);

    private TorchGlobals() {}

    static boolean isAllowed(String global) {
        return STORAGES.containsKey(global) || OTHERS.contains(global);
    }

    /** The element type of a storage class, or null if the name is none. */
    static DType elementType(String global) {
        return STORAGES.get(global);
    }

    static String storage(DType dtype) {
        return STORAGES.entrySet().stream()
                .filter(entry -> entry.getValue() == dtype)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("torch has no storage of " + dtype))
                .getKey();
    }
}
