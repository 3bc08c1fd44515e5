package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.io.Serializable;
import java.util.Arrays;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;

/**
 * The prompts of a pair: the anomaly's is a part of the whole image's (paper, section 3.1).
 *
 * @param global for {@link Branch#GLOBAL}, such as {@code a vfx with sks}
 * @param anomaly for {@link Branch#ANOMALY}, such as {@code sks}
 */
public record NestedPrompt(String global, String anomaly) implements Serializable {

    /** The rare words that the released method uses for any product and any defect. */
    public static final NestedPrompt RELEASED = new NestedPrompt("a vfx with sks", "sks");

    /** The same text for both branches, as for the unconditional half of classifier-free guidance. */
    public static NestedPrompt both(String text) {
        return new NestedPrompt(text, text);
    }

    /** Token ids of both branches of each prompt, rows (g f): int64 (G*2, T). */
    public static NDArray tokens(BaseModel base, NestedPrompt... prompts) {
        return base.tokens(Arrays.stream(prompts)
                .flatMap(prompt -> Stream.of(prompt.global, prompt.anomaly))
                .toList());
    }
}
