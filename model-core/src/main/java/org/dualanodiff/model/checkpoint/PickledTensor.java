package org.dualanodiff.model.checkpoint;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * A tensor as a pickle describes it: a strided view of a storage. Offset, shape and strides are counted in elements.
 *
 * @param storage name of the zip entry below {@code data/}
 */
record PickledTensor(DType dtype, String storage, long offset, long[] shape, long[] strides) {

    /**
     * @throws IllegalArgumentException if a number is negative, or shape and strides differ in length
     * @throws ArithmeticException if a size in bytes is beyond 64 bits
     */
    PickledTensor {
        if (offset < 0 || shape.length != strides.length || anyNegative(shape) || anyNegative(strides)) {
            throw new IllegalArgumentException("shape %s, strides %s, offset %d"
                    .formatted(Arrays.toString(shape), Arrays.toString(strides), offset));
        }
        Math.multiplyExact(product(shape), dtype.bytes());
        Math.multiplyExact(end(offset, shape, strides), dtype.bytes());
        requireOnce(shape, strides);
    }

    /**
     * No two elements may be one number of the storage, as by strides of 0: a file of a few bytes would be expanded into as
     * many as its shape says. A tensor that was transposed or cut out of another passes.
     */
    private static void requireOnce(long[] shape, long[] strides) {
        Integer[] order = IntStream.range(0, shape.length)
                .filter(d -> shape[d] > 1)
                .boxed()
                .sorted(Comparator.comparingLong(d -> strides[d]))
                .toArray(Integer[]::new);
        long reach = 0;
        for (int d : order) {
            if (strides[d] <= reach) {
                throw new IllegalArgumentException("shape %s with strides %s: elements share their numbers"
                        .formatted(Arrays.toString(shape), Arrays.toString(strides)));
            }
            reach += (shape[d] - 1) * strides[d];
        }
    }

    private static boolean anyNegative(long[] values) {
        return Arrays.stream(values).anyMatch(value -> value < 0);
    }

    private static long product(long[] shape) {
        return Arrays.stream(shape).reduce(1, Math::multiplyExact);
    }

    private static long end(long offset, long[] shape, long[] strides) {
        if (Arrays.stream(shape).anyMatch(size -> size == 0)) {
            return offset;
        }
        long last = offset;
        for (int d = 0; d < shape.length; d++) {
            last = Math.addExact(last, Math.multiplyExact(shape[d] - 1, strides[d]));
        }
        return Math.addExact(last, 1);
    }

    /** Strides of a row-major tensor without gaps. */
    static long[] rowMajor(long[] shape) {
        long[] strides = new long[shape.length];
        long stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= shape[d];
        }
        return strides;
    }

    /** Bytes of the tensor once it is contiguous. */
    long byteLength() {
        return product(shape) * dtype.bytes();
    }

    /** First byte used in the storage. */
    long beginByte() {
        return offset * dtype.bytes();
    }

    /** One past the last byte used in the storage. */
    long endByte() {
        return end(offset, shape, strides) * dtype.bytes();
    }

    boolean isContiguous() {
        long[] expected = rowMajor(shape);
        for (int d = 0; d < shape.length; d++) {
            // The stride of a dimension of size 1 is never used, so it may be any.
            if (shape[d] != 1 && strides[d] != expected[d]) {
                return false;
            }
        }
        return true;
    }
}
