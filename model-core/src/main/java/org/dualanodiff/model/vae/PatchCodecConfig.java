package org.dualanodiff.model.vae;

import com.google.gson.JsonObject;
import java.util.Map;
import org.dualanodiff.model.checkpoint.ConfigReader;
import org.dualanodiff.model.checkpoint.ParameterLayout;

/**
 * Sizes of a {@link PatchCodec}.
 *
 * @param latentChannels numbers kept of each patch
 * @param patchSize height and width of a patch, in pixels
 * @param sampleSize height and width of the images that it was fitted for
 */
public record PatchCodecConfig(int latentChannels, int patchSize, int sampleSize) implements AutoencoderConfig {
    private static final int LARGEST_PATCH = 64;

    static final String CLASS_NAME = "PatchCodec";

    static PatchCodecConfig fromJson(JsonObject json, String source) {
        ConfigReader config = new ConfigReader(json, source);
        PatchCodecConfig result = new PatchCodecConfig(
                config.positive("latent_channels", 8),
                config.positive("patch_size", 4),
                config.positive("sample_size", 128));
        config.require(
                result.patchSize <= LARGEST_PATCH,
                "patch_size: must be at most %d, found %d",
                LARGEST_PATCH,
                result.patchSize);
        config.require(
                result.latentChannels <= result.patchNumbers(),
                "latent_channels: must be at most %d, the numbers of a patch, found %d",
                result.patchNumbers(),
                result.latentChannels);
        config.throwIfInvalid();
        return result;
    }

    @Override
    public Map<String, long[]> parameters() {
        ParameterLayout layout = new ParameterLayout();
        layout.tensor("encoder.weight", latentChannels, 3, patchSize, patchSize);
        layout.tensor("decoder.weight", latentChannels, 3, patchSize, patchSize);
        return layout.shapes();
    }

    /** Red, green and blue of every pixel of a patch. */
    public int patchNumbers() {
        return 3 * patchSize * patchSize;
    }

    /** The fitted latents have variance 1 as they are. */
    @Override
    public double scalingFactor() {
        return 1;
    }

    @Override
    public int downsamplingFactor() {
        return patchSize;
    }
}
