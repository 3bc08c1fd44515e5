package org.dualanodiff.model.checkpoint;

import java.util.List;
import org.dualanodiff.model.text.ClipTextConfig;

/** {@link ParameterLayout} of the CLIP text encoder. */
final class TextLayout {
    static final String POSITION_IDS = "text_model.embeddings.position_ids";

    private TextLayout() {}

    /** Some files name the text model's parts without the module that holds them. */
    static String currentName(String name) {
        return name.startsWith("embeddings.") || name.startsWith("encoder.") || name.startsWith("final_layer_norm.")
                ? "text_model." + name
                : name;
    }

    static ParameterLayout of(ClipTextConfig config) {
        ParameterLayout layout = new ParameterLayout();
        int width = config.hiddenSize();
        layout.tensor(POSITION_IDS, 1, config.maxPositionEmbeddings());
        layout.tensor("text_model.embeddings.token_embedding.weight", config.vocabSize(), width);
        layout.tensor("text_model.embeddings.position_embedding.weight", config.maxPositionEmbeddings(), width);
        for (int i = 0; i < config.layers(); i++) {
            layer(layout, "text_model.encoder.layers." + i, config);
        }
        layout.norm("text_model.final_layer_norm", width);
        return layout;
    }

    private static void layer(ParameterLayout layout, String name, ClipTextConfig config) {
        int width = config.hiddenSize();
        layout.norm(name + ".layer_norm1", width);
        layout.norm(name + ".layer_norm2", width);
        for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
            layout.linear(name + ".self_attn." + projection, width, width);
        }
        layout.linear(name + ".mlp.fc1", width, config.intermediateSize());
        layout.linear(name + ".mlp.fc2", config.intermediateSize(), width);
    }
}
