package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.image.Pixels;
import org.dualanodiff.model.torch.TorchScriptNetwork;

/**
 * The mask by a saliency network, as the paper does with U2-Net (section 3.4). Any TorchScript file will do that takes
 * (1, 3, size, size), normalized with ImageNet's mean and deviation, and gives a map (1, 1, size, size), alone or as the
 * first of a tuple.
 *
 * @param file the network
 * @param inputSize side of its input, in pixels
 * @param threshold share of the map's range, 0 to 1
 */
public record SaliencyMask(String file, int inputSize, double threshold, MaskCleanup cleanup) implements MaskExtractor {

    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    /** @throws IllegalArgumentException if the network cannot be loaded or gives something else than a map */
    @Override
    public BufferedImage extract(AnomalyPart part) {
        Pixels picture = Pixels.rgb(part.picture());
        float[] map = TorchScriptNetwork.at(file)
                .run(input(PilResize.resize(picture, inputSize, inputSize)), 1, 3, inputSize, inputSize);
        if (map.length != inputSize * inputSize) {
            throw new IllegalArgumentException("the saliency network %s gave %d numbers, expected a map of %d x %d"
                    .formatted(file, map.length, inputSize, inputSize));
        }
        Pixels levels = GreyLevels.stretched(map, inputSize, inputSize, picture.width(), picture.height());
        return cleanup.apply(GreyLevels.above(levels, threshold)).toImage();
    }

    private static float[] input(Pixels picture) {
        byte[] levels = picture.levels();
        float[] input = new float[levels.length];
        int area = picture.width() * picture.height();
        for (int i = 0; i < input.length; i++) {
            int channel = i / area;
            input[i] = ((levels[i] & 0xff) / 255f - MEAN[channel]) / DEVIATION[channel];
        }
        return input;
    }
}
