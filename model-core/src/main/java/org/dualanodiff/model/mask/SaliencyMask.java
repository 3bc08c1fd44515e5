package org.dualanodiff.model.mask;

import ai.djl.Device;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.model.mask.MaskExtractor.HeatMap;
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
 * @param sha256 of the network that the run was planned with, as lower-case hex; another one under that path is refused
 * @param inputSize side of its input, in pixels
 * @param threshold share of the map's range, 0 to 1
 */
public record SaliencyMask(String file, String sha256, int inputSize, double threshold, MaskCleanup cleanup)
        implements MaskExtractor {

    public SaliencyMask {
        if (file.isBlank()) {
            throw new IllegalArgumentException("The saliency mask needs the path of a TorchScript file, was blank");
        }
        if (inputSize < 1) {
            throw new IllegalArgumentException("The input size must be positive, was " + inputSize);
        }
        HeatMap.requireThreshold(threshold);
    }

    /** @throws IllegalArgumentException if the network cannot be loaded, is another one, fails, or gives something else than a map */
    @Override
    public Mask extract(AnomalyPart part) {
        Image picture = Image.rgb(part.picture());
        HeatMap map =
                new HeatMap(inputSize, inputSize, map(PilResize.resize(picture, inputSize, inputSize), part.device()));
        return cleanup.apply(map.above(threshold, picture.width(), picture.height()));
    }

    private float[] map(Image picture, Device device) {
        float[] map = TorchScriptNetwork.at(file, sha256, device)
                .run(picture.imageNetInput(), new long[] {1, 3, inputSize, inputSize}, new long[] {
                    1, 1, inputSize, inputSize
                });
        for (float value : map) {
            if (!Float.isFinite(value)) {
                throw new IllegalArgumentException(
                        "the saliency network %s gave %s in its map, expected finite numbers".formatted(file, value));
            }
        }
        return map;
    }
}
