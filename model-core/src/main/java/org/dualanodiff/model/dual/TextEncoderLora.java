package org.dualanodiff.model.dual;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.dualanodiff.model.dual.DualAdapter.AdapterTensors;
import org.dualanodiff.model.text.ClipTextEncoder;
import org.dualanodiff.model.torch.DualOperators;

/**
 * The trainable text encoder (paper, section 3.1): LoRA in every attention of the frozen CLIP, one for both prompts.
 *
 * @param tensors of an adapter, its text encoder's at least
 */
record TextEncoderLora(Map<String, NDArray> tensors) implements ClipTextEncoder.ProjectionAdapter {

    @Override
    public NDArray adapt(String attention, String projection, NDArray x, NDArray base) {
        AdapterTensors own = new AdapterTensors(tensors, AdapterLayout.textPrefix(attention));
        String lora = "to_" + projection + "_lora.";
        return DualOperators.lowRank(x, base, own.get(lora + "down.weight"), own.get(lora + "up.weight"));
    }
}
