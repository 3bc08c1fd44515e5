package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.evaluate.PixelScores.BinnedPixels;
import org.dualanodiff.pipeline.evaluate.PixelScores.SortedPixels;
import org.junit.jupiter.api.Test;

class PixelScoresTest {

    @Test
    void binned_ofManyRandomScores_isNearTheSortedWithinItsBounds() {
        Random random = new Random(5);
        PixelScores sorted = new SortedPixels(16);
        PixelScores binned = new BinnedPixels();
        IntStream.range(0, 20).mapToObj(i -> noise(random)).forEach(map -> {
            sorted.add(map);
            binned.add(map);
        });
        PixelScores.Metrics exact = sorted.metrics(0.3);
        PixelScores.Metrics near = binned.metrics(0.3);
        PixelScores.Bounds bounds = near.bounds();
        assertThat(bounds.auroc()).isBetween(1e-9, 1e-3);
        assertThat(near.ranking().auroc().orElseThrow())
                .isCloseTo(exact.ranking().auroc().orElseThrow(), within(bounds.auroc()));
        assertThat(near.ranking().averagePrecision().orElseThrow())
                .isCloseTo(exact.ranking().averagePrecision().orElseThrow(), within(bounds.averagePrecision()));
        assertThat(near.ranking().f1Max().orElseThrow().value())
                .isCloseTo(exact.ranking().f1Max().orElseThrow().value(), within(bounds.f1Max() + 1e-12));
        assertThat(near.aupro().orElseThrow()).isCloseTo(exact.aupro().orElseThrow(), within(bounds.aupro()));
    }

    @Test
    void sorted_withNegativeZeroAndInfinities_ranksThemAsNumbers() {
        PixelScores pixels = new SortedPixels(16);
        pixels.add(new ScoreMap(
                new float[] {-0.0f, 0.0f, Float.NEGATIVE_INFINITY, Float.POSITIVE_INFINITY},
                new Mask(4, 1, new boolean[] {true, false, false, true})));
        // The two zeros tie; the other pairs are in order.
        assertThat(pixels.metrics(0.3).ranking().auroc()).contains(0.875);
    }

    @Test
    void scores_thatAreNoNumbers_areRefused() {
        ScoreMap map = new ScoreMap(new float[] {Float.NaN}, new Mask(1, 1, new boolean[1]));
        for (PixelScores pixels : List.of(new SortedPixels(16), new BinnedPixels())) {
            assertThatThrownBy(() -> pixels.add(map))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("NaN");
        }
    }

    @Test
    void kind_followsFromTheNumberOfPixels() {
        assertThat(PixelScores.forPixels(1000)).isInstanceOf(SortedPixels.class);
        assertThat(PixelScores.forPixels(1L << 40)).isInstanceOf(BinnedPixels.class);
    }

    /** Defect pixels score a little higher. */
    private static ScoreMap noise(Random random) {
        int side = 60;
        float[] scores = new float[side * side];
        boolean[] defect = new boolean[side * side];
        for (int i = 0; i < scores.length; i++) {
            defect[i] = i % side < 10 && i / side > 40;
            scores[i] = (float) (0.5 + 0.1 * random.nextGaussian() + (defect[i] ? 0.1 : 0));
        }
        return new ScoreMap(scores, new Mask(side, side, defect));
    }
}
