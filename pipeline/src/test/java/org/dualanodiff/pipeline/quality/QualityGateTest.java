package org.dualanodiff.pipeline.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.pipeline.config.PipelineConfig.Limit;
import org.dualanodiff.pipeline.config.PipelineConfig.QualityConfig;
import org.dualanodiff.pipeline.quality.LearnQuality.QualityProfile;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;
import org.dualanodiff.pipeline.quality.QualityGate.Verdict;
import org.junit.jupiter.api.Test;

/** One bad pair for each reason, held against limits learned from twelve good ones. */
class QualityGateTest {

    private static final List<TrainingPair> REAL = Pictures.ofOneDefect(12);
    private static final GateThresholds LEARNED = learned(REAL);
    private static final QualityGate GATE = new QualityGate(profile(LEARNED));

    /** From pairs of a photograph each. */
    private static GateThresholds learned(List<TrainingPair> pairs) {
        return GateThresholds.learn(pairs.stream().map(List::of).toList(), List.of(Flip.values()), Optional.empty());
    }

    private static QualityProfile profile(GateThresholds thresholds) {
        List<PairSignature> training = REAL.stream()
                .flatMap(pair -> pair.signatures(List.of(Flip.values())))
                .toList();
        return new QualityProfile(thresholds, REAL.size(), 0.5, training, null, null);
    }

    private static List<String> reasons(TrainingPair pair) {
        return judge(GATE, pair).reasons();
    }

    private static Verdict judge(QualityGate gate, TrainingPair pair) {
        return gate.judge(pair.image(), pair.part(), Mask.of(pair.mask()), pair.windowMargin(), true);
    }

    @Test
    void gate_ofOtherPairsOfTheSameKind_acceptsThem() {
        List<TrainingPair> others = IntStream.range(0, 20)
                .mapToObj(i -> Pictures.disc(i, 14 + 2 * i % 40, 50 - 2 * i % 37, 5 + i % 3, 55 + i % 10))
                .toList();
        assertThat(others).flatExtracting(QualityGateTest::reasons).isEmpty();
    }

    @Test
    void gate_ofPairWithoutMask_saysEmptyMaskAlone() {
        TrainingPair pair = new TrainingPair(Pictures.disc(1, 30, 30).image(), Pictures.emptyMask());
        assertThat(reasons(pair)).containsExactly("empty_mask");
    }

    @Test
    void gate_ofNumbersThatAreNone_saysSoAlone() {
        Verdict verdict =
                GATE.judge(Pictures.flat(128), Pictures.flat(128), Mask.of(Pictures.emptyMask()), Double.NaN, false);
        assertThat(verdict.reasons()).containsExactly("not_a_number");
        assertThat(verdict.accepted()).isFalse();
    }

    @Test
    void gate_ofMaskMuchSmallerOrLarger_saysWhich() {
        assertThat(reasons(Pictures.disc(2, 30, 30, 2, 60))).containsExactly("mask_too_small");
        assertThat(reasons(Pictures.disc(2, 30, 30, 16, 60))).containsExactly("mask_too_large");
    }

    @Test
    void limits_thatAllowOnlySpecksThatAreRemoved_excludeAllMasks() {
        MaskCleanup cleanup = new MaskCleanup(1, 0, 48, 0, 0);
        GateThresholds tiny = new GateThresholds(Map.of(QualityCheck.MASK_TOO_LARGE, 0.002));

        assertThat(tiny.excludeAllMasks(cleanup, 128))
                .hasValueSatisfying(why ->
                        assertThat(why).contains("pieces below 48 pixels", "mask.min-area = 48", "above 32 pixels"));
        assertThat(tiny.excludeAllMasks(cleanup, 256))
                .hasValueSatisfying(why -> assertThat(why).contains("pieces below 192 pixels", "above 131 pixels"));
        assertThat(tiny.excludeAllMasks(new MaskCleanup(1, 0, 32, 0, 0), 128)).isEmpty();
        assertThat(GateThresholds.NONE.excludeAllMasks(cleanup, 128)).isEmpty();
    }

    @Test
    void gate_ofADefectNearTheSideOfItsWindow_saysCutByWindow() {
        List<TrainingPair> crops = REAL.stream()
                .map(pair -> new TrainingPair(pair.image(), pair.mask(), 0.2))
                .toList();
        QualityGate gate = new QualityGate(profile(learned(crops)));
        TrainingPair pair = Pictures.disc(2, 30, 30);
        assertThat(judge(gate, new TrainingPair(pair.image(), pair.mask(), 0.05))
                        .reasons())
                .isEmpty();
        assertThat(judge(gate, new TrainingPair(pair.image(), pair.mask(), 1 / 32.0))
                        .reasons())
                .containsExactly("cut_by_window");
        assertThat(judge(gate, pair).reasons()).isEmpty();
    }

    @Test
    void gate_ofMaskInManyParts_saysTooManyComponents() {
        TrainingPair pair = Pictures.disc(3, 30, 30);
        byte[] striped = Image.gray(pair.mask()).levels();
        for (int i = 0; i < striped.length; i++) {
            striped[i] = i / Pictures.SIDE % 2 == 0 ? striped[i] : 0;
        }
        assertThat(reasons(new TrainingPair(pair.image(), Pictures.grey(striped))))
                .containsExactly("too_many_components");
    }

    @Test
    void gate_ofMaskWhereNothingChanges_saysNoChange() {
        TrainingPair here = Pictures.disc(4, 20, 20);
        TrainingPair there = Pictures.disc(4, 46, 46);
        assertThat(reasons(new TrainingPair(here.image(), there.mask()))).containsExactly("no_change");
    }

    @Test
    void gate_ofGrainThatChangesWithoutItsMean_seesTheChange() {
        TrainingPair pair = Pictures.disc(5, 30, 30, 6, 0);
        byte[] levels = Image.gray(pair.image()).levels();
        byte[] inside = Image.gray(pair.mask()).levels();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) ((levels[i] & 0xff) + (inside[i] < 0 ? i % 2 == 0 ? 60 : -60 : 0));
        }
        assertThat(reasons(new TrainingPair(Pictures.color(levels), pair.mask())))
                .isEmpty();
    }

    @Test
    void gate_ofPartThatShowsAnotherDefect_saysPartDiffers() {
        TrainingPair pair = Pictures.disc(6, 30, 30);
        Verdict verdict = GATE.judge(pair.image(), Pictures.flat(250), Mask.of(pair.mask()), Double.NaN, true);
        assertThat(verdict.measures().of(Measure.PART_DIFFERENCE)).isGreaterThan(100);
        assertThat(verdict.reasons()).containsExactly("part_differs");
    }

    @Test
    void gate_ofMostlyBlackImage_saysSaturated() {
        TrainingPair pair = Pictures.disc(7, 30, 30);
        byte[] levels = Image.gray(pair.image()).levels();
        Arrays.fill(levels, levels.length * 2 / 3, levels.length, (byte) 0);
        assertThat(reasons(new TrainingPair(Pictures.color(levels), pair.mask())))
                .containsExactly("saturated");
    }

    @Test
    void gate_ofImageOfOneLevel_saysFlatAndNoChange() {
        TrainingPair pair =
                new TrainingPair(Pictures.flat(140), Pictures.disc(8, 30, 30).mask());
        assertThat(reasons(pair)).containsExactly("no_change", "flat");
    }

    @Test
    void gate_ofTrainingPairMovedMirroredAndBrighter_saysNearCopy() {
        TrainingPair real = REAL.get(3);
        BufferedImage image =
                Image.rgb(Pictures.moved(real.image(), 2)).flip(Flip.HORIZONTAL).buffered();
        BufferedImage mask =
                Image.gray(Pictures.moved(real.mask(), 2)).flip(Flip.HORIZONTAL).buffered();
        byte[] brighter = Image.gray(image).levels();
        for (int i = 0; i < brighter.length; i++) {
            brighter[i] += 8;
        }
        assertThat(reasons(new TrainingPair(Pictures.color(brighter), mask))).containsExactly("near_copy_of_training");
    }

    /** As anchored generation makes them: everything outside of the defect is that of a photograph. */
    @Test
    void gate_ofTrainingImageWithItsDefectElsewhere_isNoCopy() {
        int number = 1003;
        assertThat(reasons(Pictures.disc(number, 14, 14))).isEmpty();
        assertThat(reasons(Pictures.disc(number, 50, 14))).isEmpty();
    }

    @Test
    void thresholds_withLimitsGiven_takeThemInPlaceOfTheLearned() {
        GateThresholds given = LEARNED.with(
                Map.of("min-contrast", Limit.OFF, "max-components", Limit.of(7), "min-deviation", Limit.AUTO));
        assertThat(given.limit(QualityCheck.NO_CHANGE)).isNaN();
        assertThat(given.limit(QualityCheck.TOO_MANY_COMPONENTS)).isEqualTo(7);
        assertThat(given.limit(QualityCheck.FLAT)).isEqualTo(LEARNED.limit(QualityCheck.FLAT));
        assertThat(GateThresholds.ofReasons(given.byReason())).isEqualTo(given);
    }

    @Test
    void thresholds_ofOnePair_haveEveryLimitThatOnePairCanGive() {
        GateThresholds lone = learned(REAL.subList(0, 1));
        assertThat(lone.limits())
                .doesNotContainKeys(QualityCheck.OFF_OBJECT, QualityCheck.PART_DIFFERS)
                .hasSize(8);
    }

    @Test
    void thresholds_whereAnyMaskOnTheProductsEdgeHasContrast_setNoLimitForIt() {
        List<TrainingPair> onEdges =
                IntStream.range(0, 10).mapToObj(i -> onEdge(i, 8 + 5 * i)).toList();
        GateThresholds learned = learned(onEdges);
        assertThat(learned.limit(QualityCheck.NO_CHANGE)).isNaN();
        assertThat(learned.limit(QualityCheck.PART_DIFFERS)).isPositive();
        assertThat(LEARNED.limit(QualityCheck.NO_CHANGE)).isPositive();
    }

    /** A faint disc at the edge of a product that is bright on dark ground. */
    private static TrainingPair onEdge(int number, int y) {
        TrainingPair pair = Pictures.disc(number, 38, y, 5, 20);
        byte[] levels = Image.gray(pair.image()).levels();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = i % Pictures.SIDE < 34 ? 20 : levels[i];
        }
        return new TrainingPair(Pictures.color(levels), pair.mask());
    }

    @Test
    void thresholds_ofTwoWindowsOfEachPhotograph_compareThemWithOtherPhotographs() {
        List<List<TrainingPair>> windows =
                REAL.stream().map(pair -> List.of(pair, pair)).toList();
        GateThresholds learned = GateThresholds.learn(windows, List.of(Flip.values()), Optional.empty());
        assertThat(List.of(QualityCheck.PART_DIFFERS, QualityCheck.NEAR_COPY_OF_TRAINING))
                .allSatisfy(check -> assertThat(learned.limit(check)).isEqualTo(LEARNED.limit(check)));
    }

    @Test
    void checks_haveTheSettingsOfTheConfiguration() {
        assertThat(QualityCheck.values())
                .extracting(QualityCheck::setting)
                .containsExactlyInAnyOrderElementsOf(QualityConfig.LIMITS);
    }
}
