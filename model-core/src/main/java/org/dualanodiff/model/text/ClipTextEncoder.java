package org.dualanodiff.model.text;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import org.dualanodiff.model.nn.LayerNorm;
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
    private final List<ClipTextLayer> layers;
    private final LayerNorm outNorm;

    private ClipTextEncoder(ClipTextConfig config, Weights weights) {
        Weights model = weights.at("text_model");
        int width = config.hiddenSize();
        this.config = config;
        tokens = model.tensor("embeddings.token_embedding.weight", config.vocabSize(), width);
        positions = model.tensor("embeddings.position_embedding.weight", config.maxPositionEmbeddings(), width);
        layers = IntStream.range(0, config.layers())
                .mapToObj(i -> ClipTextLayer.load(model.at("encoder.layers." + i), config))
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

    /** The path of every self-attention, the first layer first. */
    public List<String> attentionPaths() {
        return layers.stream().map(ClipTextLayer::attentionPath).toList();
    }

    /** int64 ids (N, T) -> (N, T, D). */
    public NDArray forward(NDArray ids, TextProjectionAdapter adapter) {
        return forward(ids, adapter, (layer, states) -> {});
    }

    /**
     * @param listener sees the input of layer i as (i, states), and the last layer's output as
     *     (number of layers, states); a tensor is valid only during the call
     */
    public NDArray forward(NDArray ids, TextProjectionAdapter adapter, BiConsumer<Integer, NDArray> listener) {
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
}
