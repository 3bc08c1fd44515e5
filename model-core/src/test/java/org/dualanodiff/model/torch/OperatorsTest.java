package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.dualanodiff.model.random.NoiseSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OperatorsTest {

    private TensorScope scope;
    private GradientMode mode;

    @BeforeEach
    void open() {
        mode = GradientMode.on();
        scope = TensorScope.open();
    }

    @AfterEach
    void close() {
        scope.close();
        mode.close();
    }

    @Test
    void gradients_ofUnusedParameter_areZeros() {
        NDArray used = Tensors.trainable(row(1, 2));
        NDArray unused = Tensors.trainable(row(3, 4));
        NDArray loss = Operators.meanSquaredError(used, row(0, 0));
        List<NDArray> gradients = Operators.gradients(loss, List.of(used, unused));
        assertThat(Tensors.floats(gradients.get(0))).containsExactly(1, 2);
        assertThat(Tensors.floats(gradients.get(1))).containsExactly(0, 0);
    }

    /** A softmax over the two branches, written out, gives the same as the sigmoid of the difference. */
    @Test
    void branchAttention_equalsSoftmaxOverTwoTokens() {
        float[] q = noise("q");
        float[] k = noise("k");
        float[] v = noise("v");
        NDArray difference = DualOperators.branchDifference(tensor(k, 2, 3, 4));
        float[] actual =
                Tensors.floats(DualOperators.branchAttention(tensor(q, 2, 3, 4), difference, tensor(v, 2, 3, 4)));
        for (int branch = 0; branch < 2; branch++) {
            for (int position = 0; position < 3; position++) {
                double toGlobal = Math.exp(dot(q, branch, k, 0, position) / 2);
                double toAnomaly = Math.exp(dot(q, branch, k, 1, position) / 2);
                for (int c = 0; c < 4; c++) {
                    double expected = (toGlobal * v[position * 4 + c] + toAnomaly * v[12 + position * 4 + c])
                            / (toGlobal + toAnomaly);
                    assertThat(actual[branch * 12 + position * 4 + c]).isCloseTo((float) expected, within(1e-5f));
                }
            }
        }
    }

    private static double dot(float[] q, int branchOfQ, float[] k, int branchOfK, int position) {
        double sum = 0;
        for (int c = 0; c < 4; c++) {
            sum += q[branchOfQ * 12 + position * 4 + c] * k[branchOfK * 12 + position * 4 + c];
        }
        return sum;
    }

    @Test
    void repeatGroups_keepsBranchesTogether() {
        NDArray rows = tensor(new float[] {1, 2, 3, 4}, 4, 1, 1);
        assertThat(Tensors.floats(DualOperators.repeatGroups(rows, 2, 2))).containsExactly(1, 2, 1, 2, 3, 4, 3, 4);
    }

    @Test
    void clip_underTheLimit_leavesGradientsAlone() {
        try (GradientMode frozen = GradientMode.off()) {
            List<NDArray> gradients = List.of(row(0.3f, 0.4f));
            NDArray norm = Operators.globalNorm(gradients);
            Operators.clipToNorm(gradients, norm, 1);
            assertThat(Operators.item(norm)).isCloseTo(0.5, within(1e-6));
            assertThat(Tensors.floats(gradients.get(0))).containsExactly(0.3f, 0.4f);
        }
    }

    @Test
    void load_ofHalfPrecisionBytes_givesTheirNumbers() {
        ByteBuffer bf16 = ByteBuffer.allocateDirect(4).order(ByteOrder.LITTLE_ENDIAN);
        bf16.putShort(0, (short) 0x3FC0).putShort(2, (short) 0xC000);
        ByteBuffer fp16 = ByteBuffer.allocateDirect(4).order(ByteOrder.LITTLE_ENDIAN);
        fp16.putShort(0, (short) 0x3E00).putShort(2, (short) 0xC000);
        assertThat(Tensors.floats(Tensors.load(bf16, Precision.BF16, Device.cpu(), Precision.FP32, 2)))
                .containsExactly(1.5f, -2);
        assertThat(Tensors.floats(Tensors.load(fp16, Precision.FP16, Device.cpu(), Precision.FP32, 2)))
                .containsExactly(1.5f, -2);
    }

    private static NDArray row(float... values) {
        return Tensors.of(values, Device.cpu(), values.length);
    }

    private static NDArray tensor(float[] values, long... shape) {
        return Tensors.of(values, Device.cpu(), shape);
    }

    private static float[] noise(String name) {
        return NoiseSource.gaussian(24, name);
    }
}
