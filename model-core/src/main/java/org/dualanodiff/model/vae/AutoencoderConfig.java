package org.dualanodiff.model.vae;

import com.google.gson.JsonObject;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ConfigReader;

/** Sizes of the part between pixels and latents, as in {@code vae/config.json}. */
public sealed interface AutoencoderConfig permits KlAutoencoderConfig, PatchCodec.Config {

    /**
     * Reads a configuration of either kind, told apart by {@code _class_name}.
     *
     * @param source the file's name for messages
     * @throws org.dualanodiff.model.checkpoint.CheckpointException naming every key whose value is not supported
     */
    static AutoencoderConfig fromJson(JsonObject json, String source) {
        String kind = new ConfigReader(json, source).text("_class_name", KlAutoencoderConfig.CLASS_NAME);
        return kind.equals(PatchCodec.Config.CLASS_NAME)
                ? PatchCodec.Config.fromJson(json, source)
                : KlAutoencoderConfig.fromJson(json, source);
    }

    /** Name and shape of every tensor, sorted by name. */
    Map<String, long[]> parameters();

    int latentChannels();

    /** Height and width of the images the weights were trained on. */
    int sampleSize();

    /** What latents are multiplied by before they enter the denoiser. */
    double scalingFactor();

    /** Image pixels a latent position, along one axis. */
    int downsamplingFactor();
}
