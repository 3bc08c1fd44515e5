package org.dualanodiff.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.model.training.TrainingConfig.DefectWeight;
import org.junit.jupiter.api.Test;

class DefectWeightTest {

    @Test
    void weight_ofSmallDefects_isFour() {
        assertThat(DefectWeight.of(List.of(example(4), example(0)))).isEqualTo(4);
        assertThat(DefectWeight.of(List.of(example(0)))).isEqualTo(4);
    }

    @Test
    void weight_ofLargeDefects_isOne() {
        assertThat(DefectWeight.of(List.of(example(50)))).isEqualTo(1);
        assertThat(DefectWeight.of(List.of(example(100)))).isEqualTo(1);
    }

    @Test
    void weight_between_makesDefectsAFifthOfTheRest() {
        double weight = DefectWeight.of(List.of(example(5), example(11)));
        assertThat(weight * 8 / 92).isCloseTo(0.2, within(1e-9));
    }

    /** A mask with so many of its hundred pixels set. */
    private static TrainingExample example(int pixels) {
        byte[] levels = new byte[100];
        Arrays.fill(levels, 0, pixels, (byte) 255);
        BufferedImage mask = new Image(10, 10, 1, levels).buffered();
        return new TrainingExample("a.png", mask, mask);
    }
}
