package org.dualanodiff.pipeline.crop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.crop.DefectPlaces.Drawn;
import org.junit.jupiter.api.Test;

class DefectCropsTest {

    private static final int SIDE = 400;
    private static final DefectCrops.Policy POLICY = new DefectCrops.Policy(64, 0.5, 0.25, 6, 7);

    @Test
    void crops_ofASmallDefect_showItWholeAndUnscaledInDifferentPlaces() {
        BufferedImage mask = rectangles(new int[] {300, 100, 12, 10});
        BufferedImage image = noise();
        List<DefectCrops.Pair> crops = new DefectCrops(POLICY).pairs("a.png", image, mask);
        assertThat(crops).hasSize(6);
        assertThat(crops.stream().map(DefectCrops.Pair::window).distinct().count())
                .isGreaterThan(3);
        assertThat(crops).allSatisfy(crop -> {
            assertThat(crop.window().width()).isEqualTo(64);
            assertThat(Mask.of(crop.mask()).area()).isEqualTo(120);
            assertThat(Image.rgb(crop.image()).levels())
                    .isEqualTo(Image.rgb(crop.window().cutColors(image)).levels());
        });
        assertThat(new DefectCrops(POLICY).windows("a.png", Image.gray(mask)))
                .isEqualTo(crops.stream().map(DefectCrops.Pair::window).toList());
    }

    @Test
    void crops_ofDefectsAtCornersAndLargerThanTheResolution_stayInsideAndHoldThem() {
        assertThat(windows(rectangles(new int[] {0, 0, 6, 6}, new int[] {395, 397, 5, 3})))
                .allSatisfy(window -> assertInside(window, 64));
        List<DefectCrops.Pair> large =
                new DefectCrops(POLICY).pairs("a.png", noise(), rectangles(new int[] {150, 180, 100, 20}));
        assertThat(large).allSatisfy(crop -> {
            assertInside(crop.window(), 200);
            double scale = 64 / 200.0;
            assertThat((double) Mask.of(crop.mask()).area()).isCloseTo(2000 * scale * scale, within(1.0));
        });
    }

    @Test
    void crops_ofADefectThatFitsNoSquare_areAsLongAsThePhotographAndHoldItWhole() {
        BufferedImage mask = rectangles(new int[] {10, 40, 30, 150});
        BufferedImage narrow = Image.gray(mask).crop(0, 0, 60, SIDE).buffered();

        List<DefectCrops.Pair> crops = new DefectCrops(POLICY).pairs("a.png", noise(), narrow);

        assertThat(crops).allSatisfy(crop -> {
            assertThat(crop.window().x()).isZero();
            assertThat(crop.window().width()).isEqualTo(60);
            assertThat(crop.window().height()).isEqualTo(300);
            double scale = 64.0 * 64 / (60 * 300);
            assertThat((double) Mask.of(crop.mask()).area()).isCloseTo(30 * 150 * scale, within(1.0));
        });
    }

    @Test
    void margin_ofADefect_isMeasuredToTheSidesThatCutThePhotograph() {
        Window middle = new Window(100, 100, 64, 32);
        BufferedImage mask = Image.gray(rectangles(new int[] {16, 8, 10, 8}))
                .crop(0, 0, 64, 32)
                .buffered();
        assertThat(middle.margin(Mask.of(mask), SIDE, SIDE)).isEqualTo(16 / 64.0);
        assertThat(new Window(0, 100, 64, 32).margin(Mask.of(mask), SIDE, SIDE)).isEqualTo(8 / 32.0);
        assertThat(new Window(0, 0, 64, 32).margin(Mask.of(mask), 64, SIDE)).isEqualTo(16 / 32.0);
        assertThat(new Window(0, 0, 64, 32).margin(Mask.of(mask), 64, 32)).isNaN();
        BufferedImage empty = new Image(64, 32, 1, new byte[64 * 32]).buffered();
        assertThat(middle.margin(Mask.of(empty), SIDE, SIDE)).isNaN();
    }

    @Test
    void crops_ofDistantParts_takeTurnsAndLeaveOutSpecks() {
        BufferedImage mask =
                rectangles(new int[] {20, 20, 12, 12}, new int[] {350, 350, 10, 10}, new int[] {20, 380, 1, 1});
        List<Window> windows = windows(mask);
        assertThat(windows).filteredOn(window -> window.x() < 100).hasSize(3).allMatch(window -> window.y() < 100);
        assertThat(windows).filteredOn(window -> window.x() > 250).hasSize(3);
    }

    @Test
    void places_drawnOnAnObject_lieWhereTheRealDefectsDo() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        BufferedImage object = rectangles(new int[] {100, 100, 200, 200});
        places.add(rectangles(new int[] {245, 245, 10, 10}), Optional.of(object), Optional.empty());
        BufferedImage moved = rectangles(new int[] {20, 180, 200, 200});
        for (int i = 0; i < 50; i++) {
            Window window = places.draw(NoiseSource.generator("t", Integer.toString(i)), SIDE, SIDE, Optional.of(moved))
                    .window();
            assertInside(window, 64);
            assertThat(window.x() + 32.0).isCloseTo(20 + 150, within(21.0));
            assertThat(window.y() + 32.0).isCloseTo(180 + 150, within(21.0));
        }
    }

    @Test
    void places_withoutAnObject_areRelativeToTheImage() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        places.add(rectangles(new int[] {95, 195, 10, 10}), Optional.empty(), Optional.empty());
        Window window = places.draw(NoiseSource.generator("t"), 1000, 500, Optional.empty())
                .window();
        assertThat(window.x() + 32.0).isCloseTo(250, within(101.0));
        assertThat(window.y() + 32.0).isCloseTo(250, within(51.0));
    }

    @Test
    void places_thatMayBeAnywhere_areSpreadOverTheImageUnlessTheyReachABorder() {
        DefectPlaces places = new DefectPlaces(POLICY, 1);
        places.add(rectangles(new int[] {20, 380, 10, 18}), Optional.empty(), Optional.empty());
        int[] lefts = IntStream.range(0, 200)
                .mapToObj(
                        i -> places.draw(NoiseSource.generator("t", Integer.toString(i)), 1000, 500, Optional.empty()))
                .map(Drawn::window)
                .peek(window -> assertThat(window.y() + window.height()).isEqualTo(500))
                .mapToInt(Window::x)
                .sorted()
                .toArray();
        assertThat(lefts[20]).isBetween(20, 180);
        assertThat(lefts[100]).isBetween(370, 570);
        assertThat(lefts[180]).isBetween(760, 936);
    }

    @Test
    void places_ofPhotographsWithManyDefectsAndWithOne_areOfBothAlike() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        int[][] many = IntStream.range(0, 8)
                .mapToObj(i -> new int[] {30 + 90 * (i % 4), 80 + 200 * (i / 4), 8, 8})
                .toArray(int[][]::new);
        places.add(rectangles(many), Optional.empty(), Optional.empty());
        places.add(rectangles(new int[] {150, 150, 60, 60}), Optional.empty(), Optional.empty());
        long large = IntStream.range(0, 400)
                .mapToObj(
                        i -> places.draw(NoiseSource.generator("t", Integer.toString(i)), SIDE, SIDE, Optional.empty()))
                .filter(drawn -> drawn.window().width() > 100)
                .count();
        assertThat(large).isBetween(160L, 240L);
    }

    @Test
    void places_withPhotographs_comeWithTheRealDefectAndNoPartOfAnother() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        // The second one is cut by the window around the first, which is 80 pixels wide and scaled to 64.
        BufferedImage mask = rectangles(new int[] {100, 200, 40, 40}, new int[] {145, 210, 45, 10});
        places.add(mask, Optional.empty(), Optional.of(mask));
        List<Drawn> drawn = IntStream.range(0, 20)
                .mapToObj(
                        i -> places.draw(NoiseSource.generator("t", Integer.toString(i)), SIDE, SIDE, Optional.empty()))
                .toList();
        assertThat(drawn).allMatch(one -> one.borders().equals(Borders.NONE)).anySatisfy(one -> {
            DetectorPair like = one.like();
            assertThat(like.image().width()).isEqualTo(64);
            assertThat(like.mask().area()).isEqualTo(32 * 32);
            assertThat(Mask.of(Image.gray(like.image().buffered())).area())
                    .isGreaterThan(like.mask().area() + 50);
        });
    }

    @Test
    void places_ofADefectBesideOneAtTheBorder_comeWithItAlone() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        BufferedImage mask = rectangles(new int[] {15, 100, 40, 40}, new int[] {0, 110, 8, 9});
        places.add(mask, Optional.empty(), Optional.of(mask));
        assertThat(places.draw(NoiseSource.generator("t"), SIDE, SIDE, Optional.empty()))
                .satisfies(drawn -> {
                    assertThat(drawn.borders()).isEqualTo(Borders.NONE);
                    assertThat(drawn.like().mask().area()).isEqualTo(32 * 32);
                });
    }

    @Test
    void places_ofADefectNotFarFromTheBorderOfAWidePhotograph_comeWithIt() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        BufferedImage mask = new BufferedImage(4096, 100, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster()
                .setSamples(
                        75,
                        40,
                        10,
                        10,
                        0,
                        IntStream.generate(() -> 255).limit(100).toArray());
        places.add(mask, Optional.empty(), Optional.of(mask));
        assertThat(places.draw(NoiseSource.generator("t"), 4096, 100, Optional.empty()))
                .satisfies(drawn -> {
                    assertThat(drawn.like().mask().area()).isEqualTo(100);
                    assertThat(drawn.borders()).isEqualTo(Borders.NONE);
                });
    }

    @Test
    void places_ofADefectAtABorder_touchThatBorder() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        places.add(rectangles(new int[] {200, 380, 16, 18}), Optional.empty(), Optional.empty());
        for (int i = 0; i < 20; i++) {
            Drawn drawn = places.draw(NoiseSource.generator("t", Integer.toString(i)), 1000, 500, Optional.empty());
            Window window = drawn.window();
            assertThat(drawn.borders()).isEqualTo(new Borders(false, false, false, true));
            assertThat(drawn.like()).isNull();
            assertThat(window.y() + window.height()).isEqualTo(500);
            assertThat(window.x() + 32.0).isCloseTo(520, within(101.0));
        }
    }

    @Test
    void places_ofADefectFromBorderToBorder_areAsLongAsTheImage() {
        DefectPlaces places = new DefectPlaces(POLICY, 0.1);
        places.add(rectangles(new int[] {0, 100, SIDE, 20}), Optional.empty(), Optional.empty());
        Window window = places.draw(NoiseSource.generator("t"), 1000, 900, Optional.empty())
                .window();
        assertThat(window).extracting(Window::x, Window::width).containsExactly(0, 1000);
        assertThat(window.height()).isEqualTo(2 * SIDE);
    }

    private static List<Window> windows(BufferedImage mask) {
        return new DefectCrops(POLICY).windows("a.png", Image.gray(mask));
    }

    private static void assertInside(Window window, int side) {
        assertThat(window.width()).isEqualTo(side);
        assertThat(window.height()).isEqualTo(side);
        assertThat(window.x()).isBetween(0, SIDE - side);
        assertThat(window.y()).isBetween(0, SIDE - side);
    }

    private static BufferedImage noise() {
        float[] values = NoiseSource.gaussian(3 * SIDE * SIDE, "picture");
        byte[] levels = new byte[values.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (128 + 20 * values[i]);
        }
        return new Image(SIDE, SIDE, 3, levels).buffered();
    }

    /** @param boxes left, top, width, height */
    private static BufferedImage rectangles(int[]... boxes) {
        byte[] levels = new byte[SIDE * SIDE];
        for (int[] box : boxes) {
            for (int y = box[1]; y < box[1] + box[3]; y++) {
                for (int x = box[0]; x < box[0] + box[2]; x++) {
                    levels[y * SIDE + x] = (byte) 255;
                }
            }
        }
        return new Image(SIDE, SIDE, 1, levels).buffered();
    }
}
