package org.dualanodiff.model.checkpoint;

import java.util.Optional;

/**
 * Element types of the safetensors format. The order of the constants is the alignment order in which the reference
 * library lays tensors out (last constant first), so {@link #compareTo} can sort by it.
 */
public enum DType {
    BOOL(1),
    U8(1),
    I8(1),
    I16(2),
    F16(2),
    BF16(2),
    I32(4),
    F32(4),
    F64(8),
    I64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** Size of one element in bytes. */
    public int bytes() {
        return bytes;
    }

    static Optional<DType> parse(String name) {
        for (DType type : values()) {
            if (type.name().equals(name)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
