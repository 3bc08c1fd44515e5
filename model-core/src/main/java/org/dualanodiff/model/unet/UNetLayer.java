package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.stream.Stream;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.SpatialTransformer;
import org.dualanodiff.model.nn.Weights;

/** One ResNet block and, at levels that look at the text, one transformer behind it. */
final class UNetLayer {

    private final int index;
    private final ResnetBlock resnet;
    private final SpatialTransformer transformer;

    private UNetLayer(int index, ResnetBlock resnet, SpatialTransformer transformer) {
        this.index = index;
        this.resnet = resnet;
        this.transformer = transformer;
    }

    /**
     * @param level the resolution level, 0 the finest
     * @param in channels of the input, skip connection included
     */
    static UNetLayer load(Weights weights, int index, UNetConfig config, int level, int in, boolean attention) {
        int out = config.blockOutChannels().get(level);
        ResnetBlock resnet = ResnetBlock.load(weights.at("resnets." + index), resnet(config, in, out, 1));
        SpatialTransformer transformer = attention
                ? SpatialTransformer.load(weights.at("attentions." + index), transformer(config, level))
                : null;
        return new UNetLayer(index, resnet, transformer);
    }

    static ResnetBlock.Shape resnet(UNetConfig config, int in, int out, double outputScale) {
        return new ResnetBlock.Shape(
                in, out, config.timeEmbeddingDim(), config.normNumGroups(), config.normEps(), outputScale);
    }

    static SpatialTransformer.Shape transformer(UNetConfig config, int level) {
        return new SpatialTransformer.Shape(
                config.blockOutChannels().get(level),
                config.attentionHeads().get(level),
                config.transformerLayers(),
                config.crossAttentionDim(),
                config.normNumGroups(),
                config.useLinearProjection());
    }

    Stream<Attention> attentions() {
        return transformer == null ? Stream.empty() : transformer.attentions();
    }

    NDArray forward(NDArray x, UNetPass pass, String block) {
        NDArray h = pass.seen(block + ".resnet." + index, resnet.forward(x, pass.time()));
        if (transformer == null) {
            return h;
        }
        NDArray attended = transformer.forward(h, pass.text(), pass.processor());
        return pass.seen(block + ".attention." + index, attended);
    }
}
