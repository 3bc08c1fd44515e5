package org.dualanodiff.model.vae;

import ai.djl.ndarray.NDArray;
import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.model.nn.GroupNorm;
import org.dualanodiff.model.nn.Linear;
import org.dualanodiff.model.nn.ResnetBlock;
import org.dualanodiff.model.nn.Weights;
import org.dualanodiff.model.torch.Operators;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;

/** ResNet, one-head self-attention over all positions, ResNet. */
final class MidBlock {

    static final double EPSILON = 1e-6;

    private final ResnetBlock first;
    private final GroupNorm norm;
    private final Linear query;
    private final Linear key;
    private final Linear value;
    private final Linear out;
    private final ResnetBlock second;

    private MidBlock(Weights weights, int channels, int groups) {
        ResnetBlock.Shape shape = ResnetBlock.Shape.withoutTime(channels, channels, groups);
        Weights attention = weights.at("attentions.0");
        first = ResnetBlock.load(weights.at("resnets.0"), shape);
        norm = GroupNorm.load(attention.at("group_norm"), channels, groups, EPSILON);
        query = Linear.load(attention.at("to_q"), channels, channels);
        key = Linear.load(attention.at("to_k"), channels, channels);
        value = Linear.load(attention.at("to_v"), channels, channels);
        out = Linear.load(attention.at("to_out.0"), channels, channels);
        second = ResnetBlock.load(weights.at("resnets.1"), shape);
    }

    static MidBlock load(Weights weights, int channels, int groups) {
        return new MidBlock(weights, channels, groups);
    }

    /** The first takes {@code in} channels, all give {@code out}. */
    static List<ResnetBlock> resnets(Weights weights, int count, int in, int out, int groups) {
        return IntStream.range(0, count)
                .mapToObj(i -> ResnetBlock.load(
                        weights.at("resnets." + i), ResnetBlock.Shape.withoutTime(i == 0 ? in : out, out, groups)))
                .toList();
    }

    NDArray forward(NDArray x) {
        try (TensorScope scope = TensorScope.open()) {
            return scope.release(second.forward(attend(first.forward(x, null)), null));
        }
    }

    private NDArray attend(NDArray x) {
        try (TensorScope scope = TensorScope.open()) {
            NDArray h = Operators.positionsThenChannels(norm.forward(x));
            NDArray mixed = Operators.attention(query.forward(h), key.forward(h), value.forward(h), 1);
            long[] shape = Tensors.shape(x);
            NDArray image = Operators.channelsThenPositions(out.forward(mixed), shape[2], shape[3]);
            return scope.release(Operators.add(x, image));
        }
    }
}
