package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.stream.IntStream;
import org.dualanodiff.model.nn.Linear;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/**
 * Timesteps to features: sinusoids of frequencies {@code 10000^(-i / (half - shift))}, then two linear
 * layers.
 */
final class TimeEmbedding {

    private static final double MAX_PERIOD = 10_000;

    private final Linear linear1;
    private final Linear linear2;
    private final NDArray frequencies;
    private final UNetConfig config;
    private final Weights weights;

    private TimeEmbedding(Weights weights, UNetConfig config) {
        int width = config.blockOutChannels().get(0);
        linear1 = Linear.load(weights.at("time_embedding.linear_1"), width, config.timeEmbeddingDim());
        linear2 = Linear.load(
                weights.at("time_embedding.linear_2"), config.timeEmbeddingDim(), config.timeEmbeddingDim());
        frequencies = weights.constant(frequencies(width / 2, config.freqShift()));
        this.config = config;
        this.weights = weights;
    }

    static TimeEmbedding load(Weights weights, UNetConfig config) {
        return new TimeEmbedding(weights, config);
    }

    /** int64 (N) -> SiLU of the embedding, (N, timeEmbeddingDim). */
    NDArray forward(NDArray timesteps, UNet.Listener listener) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray waves = Operators.cast(
                    Operators.sinusoid(timesteps, frequencies, config.flipSinToCos()), weights.precision());
            NDArray embedding = linear2.forward(Operators.silu(linear1.forward(waves)));
            listener.features("time_embedding", embedding);
            return scope.release(Operators.silu(embedding));
        }
    }

    private static float[] frequencies(int half, double shift) {
        float[] result = new float[half];
        IntStream.range(0, half).forEach(i -> result[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * i / (half - shift)));
        return result;
    }
}
