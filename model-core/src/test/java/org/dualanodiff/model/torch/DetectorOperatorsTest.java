package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DetectorOperatorsTest {

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
    void focalDice_ofADefectiveAndAGoodImage_isWrittenOut() {
        double[] p = {0.9, 0.2, 0.5, 0.7};
        float[] mask = {1, 0, 0, 0};
        double focal = 0;
        float[] logits = new float[4];
        for (int i = 0; i < 4; i++) {
            logits[i] = (float) Math.log(p[i] / (1 - p[i]));
            double right = mask[i] == 1 ? p[i] : 1 - p[i];
            focal -= (1 - right) * (1 - right) * Math.log(right) / 4;
        }
        double defective = 1 - (2 * 0.9 + 1) / (0.9 + 0.2 + 1 + 1);
        double batch = 1 - (2 * 0.9 + 1) / (0.9 + 0.2 + 0.5 + 0.7 + 1 + 1);
        NDArray x = Tensors.trainable(tensor(logits, 2, 1, 1, 2));
        NDArray loss = DetectorOperators.focalDice(x, tensor(mask, 2, 1, 1, 2));
        assertThat(Operators.item(loss)).isCloseTo(focal + defective + batch, within(1e-6));
        float[] gradient = Tensors.floats(Operators.gradients(loss, List.of(x)).get(0));
        assertThat(gradient[0]).isNegative();
        assertThat(gradient[2]).isPositive();
    }

    @Test
    void focalDice_ofGoodImagesAlone_isTheBatchs() {
        NDArray x = tensor(new float[] {0, 0}, 2, 1, 1, 1);
        double expected = 0.25 * Math.log(2) + 1 - 1 / 2.0;
        assertThat(Operators.item(DetectorOperators.focalDice(x, tensor(new float[] {0, 0}, 2, 1, 1, 1))))
                .isCloseTo(expected, within(1e-6));
    }

    @Test
    void convolutionNorm_inTraining_normalizesTheBatchAndMovesTheStatistics() {
        NDArray mean = tensor(new float[] {0}, 1);
        NDArray variance = tensor(new float[] {1}, 1);
        float[] trained = normalized(mean, variance, true);
        // 1, 3: mean 2, variance 1; the unbiased variance, 2, moves the running one by a tenth.
        assertThat(trained[0]).isCloseTo(-1, within(1e-4f));
        assertThat(trained[1]).isCloseTo(1, within(1e-4f));
        assertThat(Tensors.floats(mean)[0]).isCloseTo(0.2f, within(1e-6f));
        assertThat(Tensors.floats(variance)[0]).isCloseTo(1.1f, within(1e-6f));
        float[] used = normalized(mean, variance, false);
        assertThat(used[0]).isCloseTo((float) (0.8 / Math.sqrt(1.1)), within(1e-4f));
        assertThat(Tensors.floats(mean)[0]).isCloseTo(0.2f, within(1e-6f));
    }

    private static float[] normalized(NDArray mean, NDArray variance, boolean training) {
        NDArray one = tensor(new float[] {1}, 1);
        NDArray zero = tensor(new float[] {0}, 1);
        return Tensors.floats(DetectorOperators.convolutionNorm(
                tensor(new float[] {1, 3}, 1, 1, 1, 2),
                tensor(new float[] {1}, 1, 1, 1, 1),
                one,
                zero,
                mean,
                variance,
                1,
                0,
                training));
    }

    @Test
    void resizeBilinear_doubling_weighsByPixelAreas() {
        NDArray larger = DetectorOperators.resizeBilinear(tensor(new float[] {0, 4}, 1, 1, 1, 2), 1, 4);
        assertThat(Tensors.floats(larger)).containsExactly(0, 1, 3, 4);
    }

    @Test
    void maxPool_withPadding_ignoresWhatLiesOutside() {
        NDArray pooled = DetectorOperators.maxPool(tensor(new float[] {-5, -1, -2, -3}, 1, 1, 2, 2), 3, 2, 1);
        assertThat(Tensors.floats(pooled)).containsExactly(-1);
    }

    @Test
    void crossEntropy_ofEvenLogits_isTheLogarithmOfTheClasses() {
        NDArray loss = DetectorOperators.crossEntropy(
                tensor(new float[] {1, 1, 1, 2, 2, 2}, 2, 3), Tensors.of(new long[] {0, 2}, Device.cpu(), 2));
        assertThat(Operators.item(loss)).isCloseTo(Math.log(3), within(1e-6));
    }

    private static NDArray tensor(float[] values, long... shape) {
        return Tensors.of(values, Device.cpu(), shape);
    }
}
