package org.dualanodiff.model.text;

import ai.djl.ndarray.NDArray;
import java.util.function.UnaryOperator;
import org.dualanodiff.model.nn.LayerNorm;
import org.dualanodiff.model.nn.Linear;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/** Causal self-attention and a two-layer perceptron, each normalized before and added after. */
final class ClipTextLayer {

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

    private ClipTextLayer(Weights weights, ClipTextConfig config) {
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

    static ClipTextLayer load(Weights weights, ClipTextConfig config) {
        return new ClipTextLayer(weights, config);
    }

    String attentionPath() {
        return attentionPath;
    }

    NDArray forward(NDArray x, TextProjectionAdapter adapter) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = Operators.add(x, attend(norm1.forward(x), adapter));
            NDArray inner = activation.apply(fc1.forward(norm2.forward(h)));
            return scope.release(Operators.add(h, fc2.forward(inner)));
        }
    }

    private NDArray attend(NDArray x, TextProjectionAdapter adapter) {
        NDArray q = adapter.adapt(attentionPath, "q", x, query.forward(x));
        NDArray k = adapter.adapt(attentionPath, "k", x, key.forward(x));
        NDArray v = adapter.adapt(attentionPath, "v", x, value.forward(x));
        NDArray mixed = Operators.causalAttention(q, k, v, heads);
        return adapter.adapt(attentionPath, "out", mixed, out.forward(mixed));
    }
}
