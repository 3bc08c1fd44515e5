package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.SpatialTransformer;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;

/** One ResNet block and, at levels that look at the text, one transformer behind it. */
final class UNetLayer {

    private final String block;
    private final int index;
    private final ResnetBlock resnet;
    private final SpatialTransformer transformer;

    private UNetLayer(String block, int index, ResnetBlock resnet, SpatialTransformer transformer) {
        this.block = block;
        this.index = index;
        this.resnet = resnet;
        this.transformer = transformer;
    }

    /**
     * @param block its name, such as {@code down_block.0}
     * @param level the resolution level, 0 the finest
     * @param in channels of the input, skip connection included
     */
    static UNetLayer load(
            Weights weights, String block, int index, UNetConfig config, int level, int in, boolean attention) {
        int out = config.blockOutChannels().get(level);
        ResnetBlock resnet = ResnetBlock.load(weights.at("resnets." + index), resnet(config, in, out, 1));
        SpatialTransformer transformer = attention
                ? SpatialTransformer.load(weights.at("attentions." + index), transformer(config, level))
                : null;
        return new UNetLayer(block, index, resnet, transformer);
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

    /** On the way down: the output is kept for the way up. */
    UNetStage down() {
        return new UNetStage(name(), UNetStage.Skip.PUSH, attentions(), (x, skip, size, pass) -> forward(x, pass));
    }

    /** On the way up: the input is joined with what was kept on the way down. */
    UNetStage up() {
        return new UNetStage(name(), UNetStage.Skip.POP, attentions(), (x, skip, size, pass) -> {
            try (TensorScope scope = TensorScope.open()) {
                NDArray kept = pass.processor().spread(skip, x);
                return scope.release(forward(Operators.concat(List.of(x, kept), 1), pass));
            }
        });
    }

    private String name() {
        return block + ".layer." + index;
    }

    private List<Attention> attentions() {
        return transformer == null ? List.of() : transformer.attentions().toList();
    }

    private NDArray forward(NDArray x, UNetStage.Pass pass) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = resnet.forward(x, pass.time());
            pass.listener().features(block + ".resnet." + index, h);
            if (transformer == null) {
                return scope.release(h);
            }
            NDArray attended = transformer.forward(h, pass.text(), pass.processor());
            pass.listener().features(block + ".attention." + index, attended);
            return scope.release(attended);
        }
    }
}
