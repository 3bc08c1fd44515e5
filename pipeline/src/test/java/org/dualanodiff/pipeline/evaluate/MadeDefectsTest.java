package org.dualanodiff.pipeline.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.crop.Borders;
import org.dualanodiff.pipeline.crop.CutPaste;
import org.dualanodiff.pipeline.evaluate.ProceduralDefects.PerlinNoise;
import org.junit.jupiter.api.Test;

/** Pasted and drawn defects. */
class MadeDefectsTest {

    private static final int SIZE = 64;
    private static final int LARGE = 160;

    private static final Borders LEFT = new Borders(true, false, false, false);

    /** Defect-free images of one level each. */
    private static final List<DetectorPair> NORMALS = List.of(flat(100), flat(120));

    @Test
    void cutPaste_ofASpot_putsItWholeOnANormalImageWithASoftEdge() {
        CutPaste maker = new CutPaste(List.of(spot(20, 40, 30, 5)), NORMALS, "spot");
        for (int i = 0; i < 50; i++) {
            DetectorPair pair = maker.pair(i);
            Mask mask = pair.mask();
            // 11 pixels across, 0.8 to 1.2 times as large.
            assertThat(mask.area()).isBetween(40, 160);
            int ground = level(pair, 0) == level(pair, 1) ? level(pair, 0) : level(pair, SIZE * SIZE - 1);
            boolean[] reached = mask.dilatedBySquare(4).set();
            for (int p = 0; p < reached.length; p++) {
                assertThat(reached[p] || level(pair, p) == ground).isTrue();
            }
            Box box = mask.box();
            int middle = (int) box.centerY() * SIZE + (int) box.centerX();
            // The spot is of level 40 on a ground of 200: it darkens as its new ground does.
            assertThat((double) level(pair, middle)).isBetween(0.18 * ground, 0.55 * ground);
        }
    }

    @Test
    void cutPaste_inPlace_keepsThePlaceOnTheOtherImage() {
        for (int i = 0; i < 50; i++) {
            DetectorPair pair = inPlace(spot(20, 40, 30, 5), i);
            Box box = pair.mask().box();
            assertThat(box.centerX()).isBetween(19.0, 22.0);
            assertThat(box.centerY()).isBetween(29.0, 32.0);
            assertThat(level(pair, 0)).isEqualTo(120);
            assertThat(level(pair, 30 * SIZE + 20)).isLessThan(66);
        }
    }

    @Test
    void cutPaste_inPlaceOfADefectFromABorder_staysAtThatBorder() {
        for (int i = 0; i < 50; i++) {
            Box box = inPlace(spot(2, 40, 30, 5), i).mask().box();
            assertThat(box.x()).isZero();
            assertThat(box.width()).isBetween(6, 10);
            assertThat(box.height()).isBetween(8, 14);
        }
    }

    @Test
    void cutPaste_inPlaceOfADefectThatEndsBeforeABorder_goesOnToItIfItIsNotFar() {
        for (int i = 0; i < 50; i++) {
            assertThat(inPlace(square(2), i, LEFT).mask().box().x()).isZero();
            assertThat(inPlace(square(12), i, LEFT).mask().box().x()).isBetween(8, 15);
        }
    }

    private static DetectorPair square(int from) {
        return marked(SIZE, i -> i % SIZE >= from && i % SIZE < from + 12 && Math.abs(i / SIZE - 30) < 6);
    }

    /** An image of one level with a defect where it is marked. */
    private static DetectorPair marked(int side, IntPredicate defect) {
        return new DetectorPair(even(side, 50), Mask.where(side, side, defect));
    }

    private static Image even(int side, int level) {
        byte[] levels = new byte[side * side];
        Arrays.fill(levels, (byte) level);
        return new Image(side, side, 1, levels);
    }

    @Test
    void cutPaste_inPlaceOfADefectAlongABorder_keepsItsEndsThere() {
        DetectorPair strip = marked(LARGE, i -> i / LARGE < 10);
        for (int i = 0; i < 50; i++) {
            boolean[] mask = inPlace(strip, i).mask().set();
            assertThat(IntStream.range(0, LARGE).filter(x -> mask[x]).count()).isGreaterThan(LARGE - 4);
            assertThat(IntStream.range(0, LARGE * LARGE).filter(p -> mask[p] && p / LARGE > 15))
                    .isEmpty();
        }
    }

    @Test
    void cutPaste_inPlaceOfADefectInACorner_keepsItsEndsAtTheBorder() {
        DetectorPair strip = marked(LARGE, i -> i / LARGE < 12 && i % LARGE < 70);
        for (int i = 0; i < 50; i++) {
            boolean[] mask = inPlace(strip, i).mask().set();
            assertThat(mask[0]).isTrue();
            assertThat(IntStream.range(0, 50).filter(x -> mask[x]).count()).isEqualTo(50);
            assertThat(IntStream.range(0, LARGE * LARGE).filter(p -> mask[p] && p / LARGE > 18))
                    .isEmpty();
        }
    }

    @Test
    void cutPaste_inPlaceOfADefectAcrossTheImage_turnsItFromBorderToBorder() {
        DetectorPair band = marked(LARGE, i -> Math.abs(i / LARGE - LARGE / 2) < 5 && i % LARGE < LARGE - 1);
        List<Integer> middles = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            Mask mask = inPlace(band, i).mask();
            assertThat(mask.box().width()).isEqualTo(LARGE);
            int[] left =
                    IntStream.range(0, LARGE).filter(y -> mask.set()[y * LARGE]).toArray();
            assertThat(left).hasSizeBetween(8, 14);
            middles.add(left[left.length / 2]);
        }
        assertThat(Collections.max(middles) - Collections.min(middles)).isGreaterThan(16);
    }

    @Test
    void cutPaste_inPlaceOfADefectThatFillsAllButTheBorders_leavesThem() {
        DetectorPair large = marked(SIZE, i -> Math.max(Math.abs(i % SIZE - 31), Math.abs(i / SIZE - 31)) < 28);
        for (int i = 0; i < 20; i++) {
            assertThat(inPlace(large, i).mask().area()).isLessThan(SIZE * SIZE - 100);
        }
    }

    private static DetectorPair inPlace(DetectorPair source, int number) {
        int side = source.mask().width();
        return inPlace(source, number, Borders.reachedBy(source.mask().box(), side, side));
    }

    private static DetectorPair inPlace(DetectorPair source, int number, Borders near) {
        return CutPaste.inPlace(
                source,
                near,
                even(source.mask().width(), 120),
                NoiseSource.generator("place", Integer.toString(number)));
    }

    @Test
    void cutPaste_ofADefectThatFillsTheImage_pastesItAsItIs() {
        DetectorPair whole = new DetectorPair(flat(50).image(), new Mask(SIZE, SIZE, filled()));
        DetectorPair pair = new CutPaste(List.of(whole), NORMALS, "whole").pair(3);
        assertThat(pair.mask().area()).isGreaterThan(SIZE * SIZE / 2);
    }

    @Test
    void cutPaste_ofASinglePixel_neverLosesIt() {
        CutPaste maker = new CutPaste(List.of(spot(5, 5, 30, 0)), NORMALS, "pixel");
        assertThat(IntStream.range(0, 100).mapToObj(maker::pair)).allMatch(DetectorPair::hasDefect);
    }

    @Test
    void proceduralDefects_changeNothingOutsideTheirMask() {
        List<DetectorPair> normals = List.of(gradient(1), gradient(2), gradient(3));
        ProceduralDefects maker = new ProceduralDefects(normals, "seed");
        for (int i = 0; i < 30; i++) {
            DetectorPair pair = maker.pair(i);
            boolean[] mask = pair.mask().set();
            assertThat(pair.mask().area()).isPositive();
            assertThat(normals).anyMatch(normal -> agreesOutside(normal, pair, mask));
        }
    }

    @Test
    void makers_askedTwice_giveTheSamePairsAndOthersForOtherNames() {
        List<DetectorPair> spots = List.of(spot(20, 40, 30, 5));
        assertThat(levels(new CutPaste(spots, NORMALS, "a").pair(7)))
                .isEqualTo(levels(new CutPaste(spots, NORMALS, "a").pair(7)))
                .isNotEqualTo(levels(new CutPaste(spots, NORMALS, "b").pair(7)));
        List<DetectorPair> normals = List.of(gradient(1), gradient(2));
        assertThat(levels(new ProceduralDefects(normals, "a").pair(7)))
                .isEqualTo(levels(new ProceduralDefects(normals, "a").pair(7)))
                .isNotEqualTo(levels(new ProceduralDefects(normals, "a").pair(8)));
    }

    @Test
    void perlinNoise_isSmoothAndSpreadAroundZero() {
        var random = NoiseSource.generator("perlin");
        PerlinNoise noise = new PerlinNoise(4, 4, random);
        double least = 0;
        double most = 0;
        for (int i = 0; i < 1000; i++) {
            double x = random.nextDouble();
            double y = random.nextDouble();
            least = Math.min(least, noise.at(x, y));
            most = Math.max(most, noise.at(x, y));
            assertThat(Math.abs(noise.at(x, y) - noise.at(Math.min(x + 1e-4, 0.9999), y)))
                    .isLessThan(0.01);
        }
        assertThat(least).isBetween(-1.01, -0.3);
        assertThat(most).isBetween(0.3, 1.01);
    }

    private static boolean agreesOutside(DetectorPair normal, DetectorPair pair, boolean[] mask) {
        return IntStream.range(0, mask.length).allMatch(p -> mask[p] || level(pair, p) == level(normal, p));
    }

    private static byte[] levels(DetectorPair pair) {
        return pair.image().levels();
    }

    private static int level(DetectorPair pair, int pixel) {
        return pair.image().levels()[pixel] & 0xff;
    }

    private static boolean[] filled() {
        boolean[] set = new boolean[SIZE * SIZE];
        Arrays.fill(set, true);
        return set;
    }

    private static DetectorPair flat(int level) {
        return new DetectorPair(even(SIZE, level), new Mask(SIZE, SIZE, new boolean[SIZE * SIZE]));
    }

    private static DetectorPair gradient(int slope) {
        byte[] levels = new byte[SIZE * SIZE];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (i % SIZE * slope + 20);
        }
        return new DetectorPair(new Image(SIZE, SIZE, 1, levels), new Mask(SIZE, SIZE, new boolean[SIZE * SIZE]));
    }

    /** A dark disc, level 40, on a ground of level 200. */
    private static DetectorPair spot(int x, int level, int y, int radius) {
        byte[] levels = new byte[SIZE * SIZE];
        boolean[] mask = new boolean[SIZE * SIZE];
        for (int i = 0; i < levels.length; i++) {
            mask[i] = Math.hypot(i % SIZE - x, i / SIZE - y) <= radius;
            levels[i] = (byte) (mask[i] ? level : 200);
        }
        return new DetectorPair(new Image(SIZE, SIZE, 1, levels), new Mask(SIZE, SIZE, mask));
    }
}
