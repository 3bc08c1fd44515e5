package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.torch.TorchScriptNetwork;

/** A TorchScript file that turns images into vectors; see {@link FeatureNetworks}. */
public final class FeatureNetwork {

    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    private final String file;
    private final int size;

    /** @param size side of the square input, in pixels */
    public FeatureNetwork(String file, int size) {
        this.file = file;
        this.size = size;
    }

    /**
     * @param image grey or color, of any size
     * @return the network's numbers
     * @throws IllegalArgumentException if the network cannot be loaded or fails
     */
    public float[] of(Image image) {
        return TorchScriptNetwork.at(file)
                .run(input(PilResize.resize(image, size, size)), new long[] {1, 3, size, size});
    }

    private float[] input(Image pixels) {
        int area = size * size;
        float[] input = new float[3 * area];
        for (int i = 0; i < input.length; i++) {
            int channel = i / area;
            int level = pixels.levels()[Math.min(channel, pixels.channels() - 1) * area + i % area] & 0xff;
            input[i] = (level / 255f - MEAN[channel]) / DEVIATION[channel];
        }
        return input;
    }

    static double[] softmax(float[] logits) {
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double[] shares = new double[logits.length];
        double sum = 0;
        for (int k = 0; k < shares.length; k++) {
            shares[k] = Math.exp(logits[k] - highest);
            sum += shares[k];
        }
        for (int k = 0; k < shares.length; k++) {
            shares[k] /= sum;
        }
        return shares;
    }

    /**
     * TorchScript files that measure generated images; each empty for none. They take (1, 3, size, size), normalized with
     * ImageNet's mean and deviation, and give any tensor, whose numbers are taken in their order.
     *
     * @param features for the Fréchet and kernel distances, such as an Inception network's last pool
     * @param classes gives logits, for the inception score
     * @param distances gives a vector whose squared Euclidean distances are the wanted distances; LPIPS becomes one when each
     *     channel-normalized activation is multiplied by the root of its weight over the number of its positions
     * @param size side of the input, in pixels
     */
    public record FeatureNetworks(String features, String classes, String distances, int size) implements Serializable {}
}
