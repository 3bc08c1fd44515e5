package org.dualanodiff.model.mask;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.torch.TorchScriptNetwork;

/**
 * The mask by a saliency network, as the paper does with U2-Net (section 3.4). Any TorchScript file will do that takes
 * (1, 3, size, size), normalized with ImageNet's mean and deviation as U2-Net's input is, and gives a map (1, 1, size,
 * size), alone or as the first of a tuple.
 *
 * <p>The map is stretched to its full range, as U2-Net's is. So only a flat map gives an empty mask: on a part without
 * defect, a network that is not quite flat on grey marks its own noise.
 *
 * @param file the network; a text, because masks travel to the executors. Each JVM loads it once, from its own disk
 * @param inputSize side of its input, in pixels
 * @param threshold share of the map's range, 0 to 1
 */
public record SaliencyMask(String file, int inputSize, double threshold, MaskCleanup cleanup) implements MaskExtractor {

    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};
    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    public SaliencyMask {
        if (file.isBlank()) {
            throw new IllegalArgumentException("The saliency mask needs the path of a TorchScript file, was blank");
        }
        if (inputSize < 1) {
            throw new IllegalArgumentException("The input size must be positive, was " + inputSize);
        }
        if (!(threshold >= 0 && threshold <= 1)) {
            throw new IllegalArgumentException("The threshold must be 0 to 1, was " + threshold);
        }
    }

    /** @throws IllegalArgumentException if the network cannot be loaded, fails, or gives something else than a map */
    @Override
    public BufferedImage extract(AnomalyPart part) {
        Image picture = Image.rgb(part.picture());
        float[] map = map(PilResize.resize(picture, inputSize, inputSize));
        Image levels = GreyLevels.stretched(map, inputSize, inputSize, picture.width(), picture.height());
        return cleanup.apply(GreyLevels.above(levels, threshold)).toImage();
    }

    private float[] map(Image picture) {
        float[] map = TorchScriptNetwork.at(file)
                .run(input(picture), new long[] {1, 3, inputSize, inputSize}, new long[] {1, 1, inputSize, inputSize});
        for (float value : map) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        "the saliency network %s gave %s in its map, expected finite numbers".formatted(file, value));
            }
        }
        return map;
    }

    private static float[] input(Image picture) {
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
