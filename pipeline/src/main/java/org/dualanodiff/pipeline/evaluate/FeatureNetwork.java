package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.torch.TorchScriptNetwork;

/**
 * A TorchScript file that turns images into vectors, by which generated images are measured. It takes (1, 3, size, size),
 * normalized with ImageNet's mean and deviation, and gives any tensor, whose numbers are taken in their order:
 *
 * <ul>
 *   <li>features for the Fréchet and kernel distances, such as an Inception network's last pool;
 *   <li>logits of classes for the inception score;
 *   <li>a vector whose squared Euclidean distances are the wanted distances; LPIPS becomes one when each channel-normalized
 *       activation is multiplied by the root of its weight over the number of its positions.
 * </ul>
 *
 * @param size side of the square input, in pixels
 */
record FeatureNetwork(String file, int size) {

    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    /**
     * @param image grey or color, of any size
     * @return the network's numbers
     * @throws IllegalArgumentException if the network cannot be loaded or fails
     */
    float[] of(Image image) {
        return TorchScriptNetwork.at(file)
                .run(input(PilResize.resize(image, size, size)), new long[] {1, 3, size, size});
    }

    private float[] input(Image image) {
        int area = size * size;
        float[] input = new float[3 * area];
        for (int i = 0; i < input.length; i++) {
            int channel = i / area;
            int level = image.levels()[Math.min(channel, image.channels() - 1) * area + i % area] & 0xff;
            input[i] = (level / 255f - MEAN[channel]) / DEVIATION[channel];
        }
        return input;
    }
}
