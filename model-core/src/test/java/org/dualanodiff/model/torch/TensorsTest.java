package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import org.dualanodiff.model.torch.Tensors.Traffic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorsTest {

    private static final float[] NUMBERS = {1, 2, 3, 4, 5, 6};

    @Test
    void floats_ofATensorThatIsNotRowByRow_leaveNothingBehind() {
        try (LiveArrays live = new LiveArrays();
                TensorScope scope = TensorScope.open()) {
            NDArray positionsLast = Tensors.of(NUMBERS, Device.cpu(), 1, 2, 3, 1);
            NDArray transposed = Operators.positionsThenChannels(positionsLast);
            long before = live.count();

            for (int i = 0; i < 3; i++) {
                assertThat(Tensors.floats(transposed)).containsExactly(1, 4, 2, 5, 3, 6);
            }

            assertThat(live.count()).isEqualTo(before);
        }
    }

    /** Why floats are read from a tensor of the host alone; a tensor of a GPU is simulated by what it says of itself. */
    @Test
    void readBackByDjl_ofATensorOnADevice_leavesACopyThatNobodyCloses() {
        try (LiveArrays live = new LiveArrays();
                TensorScope scope = TensorScope.open()) {
            PtNDArray real = (PtNDArray) Tensors.of(NUMBERS, Device.cpu(), 6);
            PtNDArray there = new PtNDArray(Tensors.engineManager(), real.getHandle()) {
                @Override
                public Device getDevice() {
                    return Device.gpu(0);
                }
            };
            long before = live.count();

            there.toFloatArray();
            assertThat(live.count()).isEqualTo(before + 1);

            assertThat(Tensors.floats(there)).containsExactly(NUMBERS);
            assertThat(live.count()).isEqualTo(before + 1);
        }
    }

    @Test
    void floats_ofAnotherPrecision_leaveNothingBehind() {
        try (LiveArrays live = new LiveArrays();
                TensorScope scope = TensorScope.open()) {
            NDArray half = Operators.cast(Tensors.of(NUMBERS, Device.cpu(), 6), Precision.BF16);
            long before = live.count();

            assertThat(Tensors.floats(half)).containsExactly(NUMBERS);

            assertThat(live.count()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @CsvSource({"7, 1", "5, 1", "2, 4", "0, 6"})
    void numbers_thatAreNotAsManyAsTheShapeHas_areRefused(long rows, long columns) {
        try (TensorScope scope = TensorScope.open()) {
            assertThatThrownBy(() -> Tensors.of(NUMBERS, Device.cpu(), rows, columns))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has %d numbers, given were 6", rows * columns);
            assertThatThrownBy(() -> Tensors.of(new long[6], Device.cpu(), rows, columns))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has %d numbers, given were 6", rows * columns);
        }
    }

    @Test
    void copiesToADevice_belongToTheScopeAndToNoManagerOfTheirOwn() {
        try (LiveArrays live = new LiveArrays()) {
            try (TensorScope scope = TensorScope.open()) {
                NDArray there = Operators.toDevice(Tensors.of(NUMBERS, Device.cpu(), 6), Device.cpu());

                assertThat(Tensors.floats(Operators.toHost(there))).containsExactly(NUMBERS);
                assertThat(live.ofOtherManagers()).isZero();
            }
            assertThat(live.count()).isZero();
        }
    }

    @Test
    void copyToADeviceThatIsNotThere_leavesNothingBehind() {
        try (LiveArrays live = new LiveArrays()) {
            Devices.multiply(Device.gpu(1));

            assertThat(live.count()).isZero();
            assertThat(live.ofOtherManagers()).isZero();
        }
    }

    @Test
    void traffic_countsWhatCrosses() {
        Traffic before = Traffic.soFar();
        try (TensorScope scope = TensorScope.open()) {
            NDArray one = Tensors.of(new float[] {1}, Device.cpu(), 1);
            Tensors.floats(Operators.add(one, one));
            Operators.item(one);
        }
        Traffic found = Traffic.soFar().since(before);

        assertThat(found.uploads()).isEqualTo(1);
        assertThat(found.readBacks()).isEqualTo(2);
        assertThat(found.calls()).isGreaterThanOrEqualTo(3);
    }
}
