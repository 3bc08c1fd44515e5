package org.dualanodiff.model.dual;

import java.io.Serializable;

/**
 * What is left out of the method, to see what it is worth (paper, section 4.4). The adapter keeps its layout, so that its
 * file is read and sampled like any other: without interaction SAIM's last layer stays zero, and a shared LoRA is the same
 * numbers in both branches.
 *
 * @param withoutInteraction the branches never hear of one another: no SAIM
 * @param sharedLora both branches learn one LoRA
 */
public record Ablation(boolean withoutInteraction, boolean sharedLora) implements Serializable {

    /** The whole method. */
    public static final Ablation NONE = new Ablation(false, false);
}
