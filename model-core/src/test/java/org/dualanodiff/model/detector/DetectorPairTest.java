package org.dualanodiff.model.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.util.List;
import org.dualanodiff.model.image.Image;
import org.junit.jupiter.api.Test;

class DetectorPairTest {

    @Test
    void mask_withGreyEdges_isThresholdedThenScaledByNearestCenter() {
        BufferedImage mask = new BufferedImage(4, 2, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSamples(0, 0, 4, 2, 0, new int[] {0, 127, 128, 255, 0, 128, 0, 255});
        // Centers of two places an axis fall on columns 1 and 3 and on rows 0 and 1.
        assertThat(DetectorPair.of(mask, mask, 2, 1).mask().set()).containsExactly(false, true, true, true);
    }

    @Test
    void normalize_putsBlackAtMinusTwoAndWhiteAtTwo() {
        float[] values = new float[3];
        DetectorPair.normalize(new Image(2, 1, 1, new byte[] {0, -1}), values, 1);
        assertThat(values).containsExactly(0, -2, 2);
    }

    @Test
    void pair_whoseDefectVanishesWhenScaled_saysSo() {
        BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
        BufferedImage mask = new BufferedImage(64, 64, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(5, 5, 0, 255);
        assertThat(DetectorPair.of(image, mask, 64, 1).hasDefect()).isTrue();
        assertThat(DetectorPair.of(image, mask, 8, 1).hasDefect()).isFalse();
        assertThat(DetectorPair.normal(image, 8, 1).hasDefect()).isFalse();
    }

    @Test
    void batches_giveEachShareItsRowsAndMirrorImageAndMaskAlike() {
        MixedBatches batches = new MixedBatches(
                List.of(
                        MixedBatches.Share.of(3, Spots.normals(2, "n")),
                        new MixedBatches.Share(5, List.of(Spots.dark(2, "d"), Spots.dark(1, "e")))),
                11);
        SegmentationNetwork.Batch batch = batches.batch(1);
        assertThat(batch.rows()).isEqualTo(8);
        int area = Spots.SIZE * Spots.SIZE;
        for (int i = 0; i < batch.masks().length; i++) {
            boolean defect = batch.masks()[i] == 1;
            // Discs are of level 30, the ground is 110 or more.
            assertThat(batch.images()[i] < -1.5f).isEqualTo(defect);
            assertThat(defect && i < 3 * area).isFalse();
        }
        assertThat(batches.batch(1).images()).isEqualTo(batch.images());
        assertThat(batches.batch(2).images()).isNotEqualTo(batch.images());
    }

    @Test
    void share_withoutImages_isRefused() {
        assertThatThrownBy(() -> MixedBatches.Share.of(4, List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 groups");
    }
}
