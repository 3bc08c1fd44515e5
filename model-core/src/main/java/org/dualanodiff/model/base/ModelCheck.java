package org.dualanodiff.model.base;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.text.ClipTokenizer;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.Autoencoder;

/**
 * Opens a model as far as it can be opened without its weights on a device: every configuration, name, shape and type of
 * every tensor, the tokenizer's files, and whether the parts fit each other.
 */
final class ModelCheck {

    private final ModelFiles model;
    private final List<String> problems = new ArrayList<>();

    private ModelCheck(ModelFiles model) {
        this.model = model;
    }

    /** All that is wrong with the model, each with its file; nothing if it can be loaded. */
    static List<String> problems(ModelFiles model) {
        ModelCheck check = new ModelCheck(model);
        check.all();
        return List.copyOf(check.problems);
    }

    private void all() {
        Optional<UNetConfig> unet = read(model::unetConfig);
        Optional<Autoencoder.Config> vae = read(model::vaeConfig);
        Optional<ClipTextConfig> text = read(model::textConfig);
        read(model::schedulerConfig);
        unet.ifPresent(config -> weights(model::unetWeights, config.parameters()));
        vae.ifPresent(config -> weights(model::vaeWeights, config.parameters()));
        text.ifPresent(config -> weights(model::textWeights, config.parameters()));
        text.ifPresent(config -> read(() -> {
            ClipTokenizer.requireFits(model.tokenizer(), config);
            return config;
        }));
        unet.ifPresent(config -> vae.ifPresent(codec -> latents(config, codec)));
        unet.ifPresent(config -> text.ifPresent(encoder -> prompts(config, encoder)));
    }

    /** One problem says enough of a network: where a tensor is missing, so are mostly a hundred. */
    private void weights(Supplier<WeightSource> weights, Map<String, long[]> parameters) {
        read(() -> {
            WeightSource source = weights.get();
            parameters.forEach((name, shape) -> {
                if (!name.equals(ClipTextConfig.POSITION_IDS)) {
                    source.requireWeight(name, shape);
                }
            });
            return source;
        });
    }

    private void latents(UNetConfig unet, Autoencoder.Config vae) {
        int latent = vae.latentChannels();
        if (unet.inChannels() != latent) {
            problems.add("%s: the U-Net has in_channels %d, the autoencoder latent_channels %d: %s"
                    .formatted(model.root(), unet.inChannels(), latent, kind(unet.inChannels(), latent)));
        }
        if (unet.outChannels() != latent) {
            problems.add("%s: the U-Net has out_channels %d, the autoencoder latent_channels %d: they must be equal"
                    .formatted(model.root(), unet.outChannels(), latent));
        }
    }

    private static String kind(int channels, int latent) {
        String other = " model; supported are models that make images from text, give the one that it was made from";
        if (channels == 2 * latent + 1) {
            return "an inpainting" + other;
        } else if (channels == 2 * latent) {
            return "an image-editing" + other;
        } else if (channels == latent + 1) {
            return "a depth" + other;
        }
        return "they must be equal";
    }

    private void prompts(UNetConfig unet, ClipTextConfig text) {
        if (unet.crossAttentionDim() != text.hiddenSize()) {
            problems.add("%s: the U-Net has cross_attention_dim %d, the text encoder hidden_size %d: they must be equal"
                    .formatted(model.root(), unet.crossAttentionDim(), text.hiddenSize()));
        }
    }

    private <T> Optional<T> read(Supplier<T> part) {
        try {
            return Optional.of(part.get());
        } catch (CheckpointException e) {
            if (!problems.contains(e.getMessage())) {
                problems.add(e.getMessage());
            }
            return Optional.empty();
        }
    }
}
