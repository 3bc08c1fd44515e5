package org.dualanodiff.model.text;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.dualanodiff.model.nn.LayerNorm;
import org.dualanodiff.model.nn.Linear;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/**
 * CLIP's text transformer: token ids (N, T) -> states (N, T, D) after the last layer norm, under a
 * causal mask and no other.
 */
public final class ClipTextEncoder {

    private final ClipTextConfig config;
    private final NDArray tokens;
    private final NDArray positions;
    private final List<Layer> layers;
    private final LayerNorm outNorm;

    private ClipTextEncoder(ClipTextConfig config, Weights weights) {
        Weights model = weights.at("text_model");
        int width = config.hiddenSize();
        this.config = config;
        tokens = model.tensor("embeddings.token_embedding.weight", config.vocabSize(), width);
        positions = model.tensor("embeddings.position_embedding.weight", config.maxPositionEmbeddings(), width);
        layers = IntStream.range(0, config.layers())
                .mapToObj(i -> Layer.load(model.at("encoder.layers." + i), config))
                .toList();
        outNorm = LayerNorm.load(model.at("final_layer_norm"), width, config.layerNormEps());
    }

    /** @throws org.dualanodiff.model.checkpoint.CheckpointException if a tensor is missing or has a wrong shape */
    public static ClipTextEncoder load(ClipTextConfig config, Weights weights) {
        return new ClipTextEncoder(config, weights);
    }

    public ClipTextConfig config() {
        return config;
    }

    /** int64 ids (N, T) -> (N, T, D). */
    public NDArray forward(NDArray ids, ProjectionAdapter adapter) {
        return forward(ids, adapter, (layer, states) -> {});
    }

    /**
     * @param listener sees the input of layer i as (i, states), and the last layer's output as
     *     (number of layers, states); a tensor is valid only during the call
     */
    public NDArray forward(NDArray ids, ProjectionAdapter adapter, BiConsumer<Integer, NDArray> listener) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = embed(ids);
            for (int i = 0; i < layers.size(); i++) {
                listener.accept(i, h);
                h = layers.get(i).forward(h, adapter);
            }
            listener.accept(layers.size(), h);
            return scope.release(outNorm.forward(h));
        }
    }

    private NDArray embed(NDArray ids) {
        long length = Tensors.shape(ids)[1];
        return Operators.add(Operators.embedding(ids, tokens), Operators.narrow(positions, 0, 0, length));
    }

    /** Causal self-attention and a two-layer perceptron, each normalized before and added after. */
    private static final class Layer {

        private final String attentionPath;
        private final int heads;
        private final LayerNorm norm1;
        private final Linear query;
        private final Linear key;
        private final Linear value;
        private final Linear out;
        private final LayerNorm norm2;
        private final Linear fc1;
        private final UnaryOperator<NDArray> activation;
        private final Linear fc2;

        private Layer(Weights weights, ClipTextConfig config) {
            int width = config.hiddenSize();
            Weights attention = weights.at("self_attn");
            attentionPath = attention.path();
            heads = config.heads();
            norm1 = LayerNorm.load(weights.at("layer_norm1"), width, config.layerNormEps());
            query = Linear.load(attention.at("q_proj"), width, width);
            key = Linear.load(attention.at("k_proj"), width, width);
            value = Linear.load(attention.at("v_proj"), width, width);
            out = Linear.load(attention.at("out_proj"), width, width);
            norm2 = LayerNorm.load(weights.at("layer_norm2"), width, config.layerNormEps());
            fc1 = Linear.load(weights.at("mlp.fc1"), width, config.intermediateSize());
            activation = config.hiddenAct().equals("quick_gelu") ? Operators::quickGelu : Operators::gelu;
            fc2 = Linear.load(weights.at("mlp.fc2"), config.intermediateSize(), width);
        }

        static Layer load(Weights weights, ClipTextConfig config) {
            return new Layer(weights, config);
        }

        NDArray forward(NDArray x, ProjectionAdapter adapter) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray h = Operators.add(x, attend(norm1.forward(x), adapter));
                NDArray inner = activation.apply(fc1.forward(norm2.forward(h)));
                return scope.release(Operators.add(h, fc2.forward(inner)));
            }
        }

        private NDArray attend(NDArray x, ProjectionAdapter adapter) {
            NDArray q = adapter.adapt(attentionPath, "q", x, query.forward(x));
            NDArray k = adapter.adapt(attentionPath, "k", x, key.forward(x));
            NDArray v = adapter.adapt(attentionPath, "v", x, value.forward(x));
            NDArray mixed = Operators.causalAttention(q, k, v, heads);
            return adapter.adapt(attentionPath, "out", mixed, out.forward(mixed));
        }
    }

    /** What is added to the four projections of every self-attention of the text encoder. */
    @FunctionalInterface
    public interface ProjectionAdapter {

        /** The base text encoder. */
        ProjectionAdapter NONE = (path, projection, x, base) -> base;

        /**
         * @param path the attention's name, such as {@code text_model.encoder.layers.0.self_attn}
         * @param projection {@code q}, {@code k}, {@code v} or {@code out}
         * @param x the projection's input, (N, T, D)
         * @param base its output, (N, T, D)
         */
        NDArray adapt(String path, String projection, NDArray x, NDArray base);
    }
}
