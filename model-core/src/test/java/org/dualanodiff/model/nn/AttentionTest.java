package org.dualanodiff.model.nn;

import static org.assertj.core.api.Assertions.assertThat;

import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.LiveArrays;
import org.dualanodiff.model.torch.TensorScope;
import org.dualanodiff.model.torch.Tensors;
import org.junit.jupiter.api.Test;

/** Which frozen attention weights stay in memory, and when. */
class AttentionTest {

    /** Four weights and one bias. */
    private static final int TENSORS = 5;

    @Test
    void attention_thatWasFoldedOnly_isNotHeld_andIsFromItsFirstOwnUseOn() {
        try (BaseModel base = BaseModel.load(Golden.model(), Compute.CPU);
                LiveArrays live = new LiveArrays()) {
            MergedAdapter.read(Golden.path("dual/pytorch_lora_weights.safetensors"), base)
                    .close();
            assertThat(live.count()).isZero();

            base.unet().attentions().forEach(Attention::projections);
            base.unet().attentions().forEach(Attention::projections);
            assertThat(live.count())
                    .isEqualTo((long) TENSORS * base.unet().attentions().size());
        }
    }

    @Test
    void unroundedProjections_haveTheNumbersOfThoseThatAreHeldInFp32() {
        try (BaseModel base = BaseModel.load(Golden.model(), Compute.CPU);
                TensorScope scope = TensorScope.open()) {
            for (Attention attention : base.unet().attentions()) {
                float[] stored = Tensors.floats(attention.unrounded().key().weight());
                assertThat(Tensors.floats(attention.projections().key().weight()))
                        .isEqualTo(stored);
            }
        }
    }
}
