package org.dualanodiff.model.checkpoint;

import java.util.Arrays;
import java.util.Optional;

/**
 * Element types of the safetensors format, which are those of PyTorch. The order of the constants is the alignment order in which the reference
 * library lays tensors out (last constant first), so {@link #compareTo} can sort by it.
 */
public enum DType {
    BOOL(1, "Bool"),
    U8(1, "Byte"),
    I8(1, "Char"),
    I16(2, "Short"),
    F16(2, "Half"),
    BF16(2, "BFloat16"),
    I32(4, "Int"),
    F32(4, "Float"),
    F64(8, "Double"),
    I64(8, "Long");

    private final int bytes;
    private final String torchName;

    DType(int bytes, String torchName) {
        this.bytes = bytes;
        this.torchName = torchName;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    /** The class of PyTorch that holds such numbers, as module, space, name. */
    String storage() {
        return "torch " + torchName + "Storage";
    }

    static Optional<DType> parse(String name) {
        return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
    }

    static Optional<DType> ofStorage(String name) {
        return Arrays.stream(values())
                .filter(type -> type.storage().equals(name))
                .findFirst();
    }
}
