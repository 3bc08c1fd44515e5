package org.dualanodiff.pipeline.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.junit.jupiter.api.Test;

class PairSignatureTest {

    private static PairSignature of(TrainingPair pair) {
        return PairSignature.of(pair.image(), Mask.of(pair.mask()));
    }

    @Test
    void distance_toItself_isZero() {
        PairSignature signature = of(Pictures.disc(1, 30, 30));
        assertThat(signature.distanceTo(signature, 0.5)).isZero();
    }

    @Test
    void distance_toItselfMovedBySomePixels_isSmallAndSymmetric() {
        TrainingPair pair = Pictures.disc(1, 30, 30);
        PairSignature here = of(pair);
        PairSignature moved =
                PairSignature.of(Pictures.moved(pair.image(), 4), Mask.of(Pictures.moved(pair.mask(), 4)));
        assertThat(here.distanceTo(moved, 0.5)).isLessThan(1).isEqualTo(moved.distanceTo(here, 0.5));
    }

    @Test
    void distance_toAnotherSurface_isLarge() {
        assertThat(of(Pictures.disc(1, 30, 30)).distanceTo(of(Pictures.disc(2, 30, 30)), 0.5))
                .isGreaterThan(10);
    }

    @Test
    void distance_ofDefectsThatDoNotMeet_isNoNumberUnlessPlacesDoNotMatter() {
        PairSignature here = of(Pictures.disc(1, 15, 15));
        PairSignature there = of(Pictures.disc(1, 45, 45));
        assertThat(here.distanceTo(there, 0.5)).isNaN();
        assertThat(here.distanceTo(there, 0)).isGreaterThan(10);
    }

    @Test
    void distance_ofDifferentDefectsInOnePlaceOfOneSurface_isThatOfTheDefects() {
        PairSignature dark = of(Pictures.disc(1, 30, 30, 4, 60));
        PairSignature faint = of(Pictures.disc(1, 30, 30, 4, 30));
        assertThat(dark.distanceTo(faint, 0.5)).isGreaterThan(15);
    }

    @Test
    void signature_fromItsBytes_isTheSame() {
        PairSignature signature = of(Pictures.disc(1, 30, 30));
        assertThat(PairSignature.of(signature.bytes())).isEqualTo(signature);
        assertThatThrownBy(() -> PairSignature.of(new byte[7])).hasMessageContaining("2048 bytes, found 7");
    }
}
