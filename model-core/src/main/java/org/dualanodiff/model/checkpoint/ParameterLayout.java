package org.dualanodiff.model.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.AutoencoderConfig;
import org.dualanodiff.model.vae.KlAutoencoderConfig;
import org.dualanodiff.model.vae.PatchCodecConfig;

/**
 * Name and shape of every tensor in the weight files of a Stable Diffusion 1.x model, derived from its configuration
 * alone. Linear weights are (out, in), convolution weights (out, in, height, width).
 */
public final class ParameterLayout {
    private final Map<String, long[]> shapes = new TreeMap<>();

    ParameterLayout() {}

    /** The denoiser's tensors, sorted by name. */
    public static Map<String, long[]> of(UNetConfig config) {
        return UNetLayout.of(config).shapes();
    }

    /** The autoencoder's tensors, sorted by name. */
    public static Map<String, long[]> of(AutoencoderConfig config) {
        ParameterLayout layout = config instanceof PatchCodecConfig patches
                ? patchCodec(patches)
                : KlAutoencoderLayout.of((KlAutoencoderConfig) config);
        return layout.shapes();
    }

    private static ParameterLayout patchCodec(PatchCodecConfig config) {
        ParameterLayout layout = new ParameterLayout();
        for (String direction : List.of("encoder", "decoder")) {
            layout.tensor(direction + ".weight", config.latentChannels(), 3, config.patchSize(), config.patchSize());
        }
        return layout;
    }

    /** The text encoder's tensors, sorted by name, with the integer buffer {@code position_ids}. */
    public static Map<String, long[]> of(ClipTextConfig config) {
        return TextLayout.of(config).shapes();
    }

    private Map<String, long[]> shapes() {
        return Collections.unmodifiableMap(shapes);
    }

    void tensor(String name, long... shape) {
        shapes.put(name, shape);
    }

    void norm(String name, int channels) {
        tensor(name + ".weight", channels);
        tensor(name + ".bias", channels);
    }

    void linear(String name, int in, int out) {
        tensor(name + ".weight", out, in);
        tensor(name + ".bias", out);
    }

    void convolution(String name, int in, int out, int kernel) {
        tensor(name + ".weight", out, in, kernel, kernel);
        tensor(name + ".bias", out);
    }

    /** Two convolutions with a norm before each, and a 1x1 shortcut where the channels change. */
    void resnet(String name, int in, int out) {
        norm(name + ".norm1", in);
        convolution(name + ".conv1", in, out, 3);
        norm(name + ".norm2", out);
        convolution(name + ".conv2", out, out, 3);
        if (in != out) {
            convolution(name + ".conv_shortcut", in, out, 1);
        }
    }
}
