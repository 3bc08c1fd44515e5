package org.dualanodiff.model.detector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.training.TrainingListener;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class SegmentationNetworkTest {

    private static final SegmentationNetwork.Config TINY =
            new SegmentationNetwork.Config(Spots.SIZE, 1, List.of(8, 16, 24));
    /** 128 x 128 grey, as the evaluation's default, in minutes on two cores. */
    private static final SegmentationNetwork.Config SMALL =
            new SegmentationNetwork.Config(128, 1, List.of(16, 32, 64, 128, 192));

    private static final DetectorTraining BRIEF = new DetectorTraining(100, 1e-2, 5);
    private static final Compute BFLOAT16 = new Compute("cpu", Precision.BF16, 2);

    @Test
    void network_trainedOnFewPairs_findsNewDefects() {
        List<Double> losses = new ArrayList<>();
        try (SegmentationNetwork network = SegmentationNetwork.train(
                TINY, BRIEF, Compute.CPU, spots()::batch, (step, steps, loss) -> losses.add(loss))) {
            assertThat(losses).hasSize(100);
            assertThat(losses.get(99)).isLessThan(0.5 * losses.get(0));
            assertFindsNewDefects(network);
        }
    }

    @Test
    void network_trainedInBfloat16_findsNewDefects() {
        try (SegmentationNetwork network =
                SegmentationNetwork.train(TINY, BRIEF, BFLOAT16, spots()::batch, TrainingListener.NONE)) {
            assertFindsNewDefects(network);
        }
    }

    private static void assertFindsNewDefects(SegmentationNetwork network) {
        for (int i = 0; i < 4; i++) {
            DetectorPair unseen = Spots.dark(1, "unseen" + i).get(0);
            float[] map = map(network, unseen.image());
            boolean[] mask = unseen.mask().set();
            assertThat(intersectionOverUnion(map, mask)).isGreaterThan(0.7);
        }
        float[] onNormal = map(network, Spots.normals(1, "unseen normal").get(0).image());
        assertThat(onNormal).hasSize(Spots.SIZE * Spots.SIZE).satisfies(map -> {
            for (float value : map) {
                assertThat(value).isBetween(0f, 0.5f);
            }
        });
    }

    private static double intersectionOverUnion(float[] map, boolean[] mask) {
        int both = 0;
        int either = 0;
        for (int i = 0; i < map.length; i++) {
            boolean found = map[i] >= 0.5;
            boolean there = mask[i];
            both += found && there ? 1 : 0;
            either += found || there ? 1 : 0;
        }
        return (double) both / either;
    }

    @Test
    void trainer_withSameSeeds_givesSameWeights() {
        try (SegmentationNetwork first = trained(7, 4);
                SegmentationNetwork second = trained(7, 4);
                SegmentationNetwork other = trained(8, 4)) {
            Image image = Spots.dark(1, "any").get(0).image();
            assertThat(map(second, image)).isEqualTo(map(first, image));
            assertThat(map(other, image)).isNotEqualTo(map(first, image));
        }
    }

    @Test
    void map_ofAnImageAmongOthers_isItsMapAlone() {
        try (SegmentationNetwork network = trained(7, 3)) {
            // More than go through the network at once.
            List<Image> images =
                    Spots.dark(19, "several").stream().map(DetectorPair::image).toList();
            float[] alone = map(network, images.get(17));
            float[] among = network.maps(images).get(17);
            for (int i = 0; i < alone.length; i++) {
                assertThat(among[i]).isCloseTo(alone[i], within(1e-5f));
            }
        }
    }

    @Test
    void smallNetwork_hasTheParametersOfTheRecipe() {
        try (SegmentationNetwork network = new SegmentationNetwork(SMALL, 1, Compute.CPU)) {
            assertThat(network.parameters()).isBetween(1_270_000L, 1_285_000L);
        }
    }

    @Test
    void config_ofUnfittingSize_isRefused() {
        assertThatThrownBy(() -> new SegmentationNetwork.Config(100, 1, List.of(8, 8, 8, 8)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("multiple of 8")
                .hasMessageContaining("100");
    }

    @Test
    void map_ofAnImageOfOtherLength_isRefused() {
        try (SegmentationNetwork network = trained(7, 1)) {
            assertThatThrownBy(() -> map(network, new Image(5, 2, 1, new byte[10])))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1024")
                    .hasMessageContaining("10");
        }
    }

    @Test
    void learningRate_fallsToNothingAlongACosine() {
        DetectorTraining training = new DetectorTraining(100, 1e-3, 1);
        assertThat(training.learningRate(1)).isEqualTo(1e-3);
        assertThat(training.learningRate(51)).isCloseTo(5e-4, within(1e-12));
        assertThat(training.learningRate(100)).isLessThan(1e-6);
    }

    private static float[] map(SegmentationNetwork network, Image image) {
        return network.maps(List.of(image)).get(0);
    }

    private static SegmentationNetwork trained(long seed, int steps) {
        return SegmentationNetwork.train(
                TINY, new DetectorTraining(steps, 1e-3, seed), Compute.CPU, spots()::batch, TrainingListener.NONE);
    }

    private static MixedBatches spots() {
        return new MixedBatches(
                List.of(
                        MixedBatches.Share.of(4, Spots.normals(8, "normal")),
                        MixedBatches.Share.of(4, Spots.dark(8, "dark"))),
                3);
    }
}
