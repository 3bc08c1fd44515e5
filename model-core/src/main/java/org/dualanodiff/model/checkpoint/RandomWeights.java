package org.dualanodiff.model.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.function.DoubleSupplier;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Initial values that keep activations near unit size: norms 1, biases 0, embeddings small normal, other weights normal
 * with variance 1 / fan-in.
 */
final class RandomWeights {
    private static final double EMBEDDING_DEVIATION = 0.02;
    /** 2^64 divided by the golden ratio: spreads the names' hash codes over the seeds. */
    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long seed;
    private final DType dtype;

    RandomWeights(long seed, DType dtype) {
        if (dtype != DType.F32 && dtype != DType.F16 && dtype != DType.BF16) {
            throw new IllegalArgumentException("weights are F32, F16 or BF16, was " + dtype);
        }
        this.seed = seed;
        this.dtype = dtype;
    }

    TensorData tensor(String part, String name, long[] shape) {
        if (name.equals(TextLayout.POSITION_IDS)) {
            return new TensorData(DType.I64, shape, () -> positions((int) shape[1]));
        }
        return new TensorData(dtype, shape, () -> filled(shape, values(part, name, shape)));
    }

    private static ByteBuffer positions(int count) {
        ByteBuffer buffer = ByteBuffer.allocate(count * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            buffer.putLong(i);
        }
        return buffer.flip();
    }

    /** As {@link #tensor}, but zero where a residual branch ends, so that an untrained network starts as the identity. */
    TensorData startingTensor(String part, String name, long[] shape) {
        boolean ends =
                name.endsWith("conv2.weight") || name.endsWith("proj_out.weight") || name.equals("conv_out.weight");
        return ends ? new TensorData(dtype, shape, () -> filled(shape, () -> 0)) : tensor(part, name, shape);
    }

    private DoubleSupplier values(String part, String name, long[] shape) {
        if (name.endsWith(".bias")) {
            return () -> 0;
        }
        if (shape.length == 1) {
            return () -> 1;
        }
        long tensorSeed = seed + GOLDEN_GAMMA * (part + "/" + name).hashCode();
        double deviation = name.contains("_embedding.weight") ? EMBEDDING_DEVIATION : 1 / Math.sqrt(fanIn(shape));
        var normal = ZigguratSampler.NormalizedGaussian.of(RandomSource.XO_SHI_RO_256_PP.create(tensorSeed));
        return () -> deviation * normal.sample();
    }

    private static long fanIn(long[] shape) {
        return Arrays.stream(shape).skip(1).reduce(1, (a, b) -> a * b);
    }

    private ByteBuffer filled(long[] shape, DoubleSupplier values) {
        int count = (int) Arrays.stream(shape).reduce(1, Math::multiplyExact);
        ByteBuffer buffer = ByteBuffer.allocate(count * dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < count; i++) {
            put(buffer, (float) values.getAsDouble());
        }
        return buffer.flip();
    }

    private void put(ByteBuffer buffer, float value) {
        switch (dtype) {
            case F16 -> buffer.putShort(HalfPrecision.toFloat16(value));
            case BF16 -> buffer.putShort(HalfPrecision.toBfloat16(value));
            default -> buffer.putFloat(value);
        }
    }
}
