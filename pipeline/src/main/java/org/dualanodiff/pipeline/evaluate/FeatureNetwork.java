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

    /**
     * @param image grey or color, of any size
     * @return the network's numbers
     * @throws IllegalArgumentException if the network cannot be loaded or fails
     */
    float[] of(Image image) {
        return TorchScriptNetwork.at(file)
                .run(PilResize.resize(image, size, size).imageNetInput(), new long[] {1, 3, size, size});
    }
}
