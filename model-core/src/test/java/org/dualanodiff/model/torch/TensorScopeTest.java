package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import org.junit.jupiter.api.Test;

class TensorScopeTest {

    @Test
    void scope_whenClosed_freesWhatItOwnsButNotWhatItReleased() {
        try (TensorScope outer = TensorScope.open()) {
            NDArray kept;
            NDArray dropped;
            try (TensorScope inner = TensorScope.open()) {
                dropped = tensor(1);
                kept = inner.release(tensor(2));
            }
            assertThat(isFreed(dropped)).isTrue();
            assertThat(Tensors.floats(kept)).containsExactly(2);
        }
    }

    @Test
    void scope_whenClosed_freesWhatAnInnerScopeReleasedToIt() {
        NDArray released;
        try (TensorScope outer = TensorScope.open();
                TensorScope inner = TensorScope.open()) {
            released = inner.release(tensor(3));
        }
        assertThat(isFreed(released)).isTrue();
    }

    @Test
    void disowned_tensor_outlivesEveryScope() {
        NDArray mine;
        try (TensorScope outer = TensorScope.open();
                TensorScope inner = TensorScope.open()) {
            mine = TensorScope.disown(tensor(4));
        }
        assertThat(isFreed(mine)).isFalse();
        mine.close();
    }

    @Test
    void scopes_closedInWrongOrder_areRefused() {
        TensorScope outer = TensorScope.open();
        TensorScope inner = TensorScope.open();
        assertThatThrownBy(outer::close).isInstanceOf(IllegalStateException.class);
        inner.close();
        outer.close();
    }

    @Test
    void operator_outsideOfAnyScope_isRefused() {
        NDArray mine;
        try (TensorScope scope = TensorScope.open()) {
            mine = TensorScope.disown(tensor(5));
        }
        assertThatThrownBy(() -> Operators.silu(mine))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("TensorScope");
        mine.close();
    }

    private static NDArray tensor(float value) {
        return Tensors.of(new float[] {value}, Device.cpu(), 1);
    }

    private static boolean isFreed(NDArray tensor) {
        return ((ai.djl.pytorch.engine.PtNDArray) tensor).isReleased();
    }
}
