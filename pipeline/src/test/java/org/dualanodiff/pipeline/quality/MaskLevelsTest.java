package org.dualanodiff.pipeline.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.mask.AnomalyPart;
import org.dualanodiff.model.mask.GreyDistanceMask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.model.mask.MaskStatistics;
import org.junit.jupiter.api.Test;

class MaskLevelsTest {

    private static final MaskCleanup CLEANUP = new MaskCleanup(0, 1, 4, 64);

    private static List<RealPair> discs(int depth) {
        return IntStream.range(0, 6)
                .mapToObj(i -> Pictures.disc(i, 20 + 4 * i, 30, 7, depth))
                .toList();
    }

    @Test
    void levels_ofDefectCloseToMidGrey_areLowerThanTheDefaults() {
        List<RealPair> faint = discs(0).stream()
                .map(pair -> new RealPair(Pictures.flat(146), pair.mask()))
                .toList();
        MaskLevels levels = MaskLevels.choose(faint, CLEANUP);
        assertThat(levels.high()).isLessThan(0.25);
        assertThat(ratio(levels, faint)).isBetween(0.85, 1.15);
    }

    @Test
    void levels_ofDarkDefect_giveItsAreaBack() {
        MaskLevels levels = MaskLevels.choose(discs(110), CLEANUP);
        assertThat(ratio(levels, discs(110))).isBetween(0.9, 1.1);
    }

    @Test
    void levels_ofTheSamePairs_areTheSame() {
        assertThat(MaskLevels.choose(discs(60), CLEANUP)).isEqualTo(MaskLevels.choose(discs(60), CLEANUP));
    }

    private static double ratio(MaskLevels levels, List<RealPair> pairs) {
        GreyDistanceMask extractor = new GreyDistanceMask(levels.low(), levels.high(), CLEANUP);
        int found = area(pairs.stream().map(pair -> extractor.extract(AnomalyPart.of(pair.part()))));
        return (double) found / area(pairs.stream().map(RealPair::mask));
    }

    private static int area(Stream<BufferedImage> masks) {
        return masks.mapToInt(mask -> MaskStatistics.of(mask).area()).sum();
    }
}
