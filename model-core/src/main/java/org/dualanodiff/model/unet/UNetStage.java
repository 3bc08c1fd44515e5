package org.dualanodiff.model.unet;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.dualanodiff.model.nn.Attention;
import org.dualanodiff.model.nn.Attention.AttentionProcessor;

/**
 * One stretch of the U-Net's way: features in, features out. The stages in a row are the whole forward
 * pass; training that recomputes activations walks them one by one.
 */
public final class UNetStage {

    private final List<String> names;
    private final Skip skip;
    private final List<Attention> attentions;
    private final Body body;

    UNetStage(String name, Skip skip, List<Attention> attentions, Body body) {
        this(List.of(name), skip, attentions, body);
    }

    private UNetStage(List<String> names, Skip skip, List<Attention> attentions, Body body) {
        this.names = names;
        this.skip = skip;
        this.attentions = attentions;
        this.body = body;
    }

    /** What a stage has to do with the skip connections from the way down to the way up. */
    public enum Skip {
        /** Nothing. */
        NONE,
        /** Its output is kept for the way up. */
        PUSH,
        /** It takes the newest kept output beside its input. */
        POP,
        /** It takes on the height and width of the newest kept output. */
        MATCH_SIZE
    }

    @FunctionalInterface
    interface Body {

        /**
         * @param skip features taken with {@link Skip#POP}, else null
         * @param size height and width of the newest kept features, or null if none is left
         */
        NDArray forward(NDArray x, NDArray skip, long[] size, Pass pass);
    }

    /** The same stage, also known by the name of the block that it ends. */
    UNetStage endOf(String block) {
        return new UNetStage(List.of(names.get(0), block), skip, attentions, body);
    }

    public Skip skip() {
        return skip;
    }

    /** The attention layers in it, in the order in which they run. */
    public List<Attention> attentions() {
        return attentions;
    }

    /** See {@link Body#forward}; the output's name is told to the pass's listener. */
    public NDArray forward(NDArray x, NDArray skip, long[] size, Pass pass) {
        NDArray output = body.forward(x, skip, size, pass);
        names.forEach(name -> pass.listener().features(name, output));
        return output;
    }

    /**
     * What every stage of one forward pass is given.
     *
     * @param time SiLU of the time embedding, (N or 1, timeEmbeddingDim)
     * @param text (M, T, D)
     */
    public record Pass(NDArray time, NDArray text, AttentionProcessor processor, UNet.Listener listener) {}
}
