package org.dualanodiff.model.text;

import com.google.gson.JsonObject;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.ParameterLayout;

/**
 * Sizes of the CLIP text encoder, as in the {@code text_encoder/config.json} of transformers.
 *
 * @param vocabSize number of tokens
 * @param hiddenSize width of the hidden states
 * @param intermediateSize width inside a layer's MLP
 * @param layers number of transformer layers
 * @param heads attention heads a layer
 * @param maxPositionEmbeddings longest prompt in tokens, 77 for CLIP
 * @param layerNormEps epsilon of every layer norm
 * @param hiddenAct activation of the MLP: {@code quick_gelu} or {@code gelu}
 */
public record ClipTextConfig(
        int vocabSize,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int maxPositionEmbeddings,
        double layerNormEps,
        String hiddenAct) {
    /** A buffer that some versions write and none needs. */
    public static final String POSITION_IDS = "text_model.embeddings.position_ids";

    /**
     * Reads a configuration; an absent key has the default of transformers.
     *
     * @param source the file's name for messages
     * @throws org.dualanodiff.model.checkpoint.CheckpointException naming every key whose value is not supported
     */
    public static ClipTextConfig fromJson(JsonObject json, String source) {
        ConfigReader config = new ConfigReader(json, source);
        config.oneOf("model_type", "clip_text_model", List.of("clip_text_model"));
        ClipTextConfig result = read(config);
        config.require(
                result.hiddenSize % result.heads == 0,
                "hidden_size: %d is not a multiple of num_attention_heads %d",
                result.hiddenSize,
                result.heads);
        config.throwIfInvalid();
        return result;
    }

    private static ClipTextConfig read(ConfigReader config) {
        return new ClipTextConfig(
                config.positive("vocab_size", 49408),
                config.positive("hidden_size", 512),
                config.positive("intermediate_size", 2048),
                config.parts("num_hidden_layers", 12),
                config.positive("num_attention_heads", 8),
                config.positive("max_position_embeddings", 77),
                config.number("layer_norm_eps", 1e-5),
                config.oneOf("hidden_act", "quick_gelu", List.of("quick_gelu", "gelu")));
    }

    /** Name and shape of every tensor, sorted by name, with the integer buffer {@link #POSITION_IDS}. */
    public Map<String, long[]> parameters() {
        ParameterLayout layout = new ParameterLayout();
        layout.tensor(POSITION_IDS, 1, maxPositionEmbeddings);
        layout.tensor("text_model.embeddings.token_embedding.weight", vocabSize, hiddenSize);
        layout.tensor("text_model.embeddings.position_embedding.weight", maxPositionEmbeddings, hiddenSize);
        for (int i = 0; i < layers; i++) {
            layer(layout, "text_model.encoder.layers." + i);
        }
        layout.norm("text_model.final_layer_norm", hiddenSize);
        return layout.shapes();
    }

    private void layer(ParameterLayout layout, String name) {
        layout.norm(name + ".layer_norm1", hiddenSize);
        layout.norm(name + ".layer_norm2", hiddenSize);
        for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
            layout.linear(name + ".self_attn." + projection, hiddenSize, hiddenSize);
        }
        layout.linear(name + ".mlp.fc1", hiddenSize, intermediateSize);
        layout.linear(name + ".mlp.fc2", intermediateSize, hiddenSize);
    }
}
