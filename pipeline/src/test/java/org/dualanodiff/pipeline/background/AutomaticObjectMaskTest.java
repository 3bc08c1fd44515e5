package org.dualanodiff.pipeline.background;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Rectangle;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.procedural.Specimens;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AutomaticObjectMaskTest {
    private static final Color GROUND = new Color(90, 95, 100);
    private static final Color PRODUCT = new Color(190, 170, 120);
    private static final int NOISE = 3;

    @ParameterizedTest
    @ValueSource(strings = {"hex_nut", "capsule"})
    void mask_ofProceduralProduct_isItsOutline(String product) {
        AutomaticObjectMask mask = trusted(Specimens.photographs(product, 500, 8));

        assertThat(IntStream.range(1000, 1024)
                        .mapToObj(seed -> overlap(
                                mask.mask(Specimens.photograph(product, seed)), Specimens.outline(product, seed))))
                .allSatisfy(overlap -> assertThat(overlap).isGreaterThan(0.9));
    }

    @ParameterizedTest
    @CsvSource({"hex_nut,8", "hex_nut,40", "capsule,8", "capsule,24", "capsule,40"})
    void trust_inOtherSpecimensOfProduct_isGiven(String product, long firstSeed) {
        assertThat(AutomaticObjectMask.of(Specimens.photographs(product, firstSeed, 8))
                        .mask())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource({"cloth,0", "cloth,8", "cloth,24", "wood,0", "wood,8", "wood,24"})
    void trust_inTexture_isRefused(String texture, long firstSeed) {
        AutomaticObjectMask.Trust trust = AutomaticObjectMask.of(Specimens.photographs(texture, firstSeed, 8));

        assertThat(trust.mask()).isEmpty();
        assertThat(trust.reason()).containsAnyOf("not of one color", "not clearly different");
        assertThat(trust.measured().separation()).isLessThan(AutomaticObjectMask.LEAST_SEPARATION);
    }

    @Test
    void mask_ofLargePhotograph_hasItsSizeAndOutline() {
        Shape disc = new Ellipse2D.Double(300, 200, 420, 420);
        BufferedImage photograph = picture(1001, 803, GROUND, PRODUCT, disc);

        BufferedImage mask = trusted(List.of(photograph)).mask(photograph);

        assertThat(mask.getWidth()).isEqualTo(1001);
        assertThat(mask.getHeight()).isEqualTo(803);
        assertThat(overlap(mask, inside(disc, 1001, 803))).isGreaterThan(0.95);
        assertThat(levels(mask)).containsOnly(0, 255);
    }

    @Test
    void mask_ofGreyPhotographWithDarkProduct_isItsOutline() {
        Shape disc = new Ellipse2D.Double(40, 40, 70, 70);
        BufferedImage grey = new BufferedImage(150, 150, BufferedImage.TYPE_BYTE_GRAY);
        grey.getGraphics().drawImage(picture(150, 150, Color.LIGHT_GRAY, new Color(30, 30, 30), disc), 0, 0, null);

        assertThat(overlap(trusted(List.of(grey)).mask(grey), inside(disc, 150, 150)))
                .isGreaterThan(0.92);
    }

    @Test
    void mask_ofProductOnBlackGround_isItsOutline() {
        Shape disc = new Ellipse2D.Double(40, 40, 70, 70);
        BufferedImage photograph = picture(150, 150, Color.BLACK, PRODUCT, disc);

        assertThat(overlap(trusted(List.of(photograph)).mask(photograph), inside(disc, 150, 150)))
                .isGreaterThan(0.92);
    }

    @Test
    void mask_ofProductEnteringFromOneSide_isItsOutline() {
        Shape bar = new Rectangle(60, 50, 40, 100);
        BufferedImage photograph = picture(150, 150, GROUND, PRODUCT, bar);

        assertThat(overlap(trusted(List.of(photograph)).mask(photograph), inside(bar, 150, 150)))
                .isGreaterThan(0.92);
    }

    @Test
    void trust_inEmptyGround_isRefused() {
        assertRefused("not clearly different", picture(150, 150, GROUND, PRODUCT, new Rectangle()));
    }

    @Test
    void trust_inOneFlatColor_isRefused() {
        assertRefused("not clearly different", new BufferedImage(64, 64, BufferedImage.TYPE_3BYTE_BGR));
    }

    @Test
    void trust_inSpeckOfDirt_isRefused() {
        assertRefused("would cover 0.0", picture(150, 150, GROUND, PRODUCT, new Rectangle(60, 60, 15, 15)));
    }

    @Test
    void trust_inBandFromSideToSideAndDown_isRefusedForItsSides() {
        Area tee = new Area(new Rectangle(0, 55, 150, 40));
        tee.add(new Area(new Rectangle(55, 55, 40, 95)));

        assertRefused("of the four sides", picture(150, 150, GROUND, PRODUCT, tee));
    }

    @Test
    void trust_inProductOfChangingSize_isRefused() {
        assertRefused(
                "area varies",
                picture(150, 150, GROUND, PRODUCT, new Ellipse2D.Double(55, 55, 40, 40)),
                picture(150, 150, GROUND, PRODUCT, new Ellipse2D.Double(15, 15, 120, 120)));
    }

    @Test
    void trust_inProductThatIsAnywhere_isRefused() {
        assertRefused(
                "place varies",
                picture(150, 150, GROUND, PRODUCT, new Ellipse2D.Double(10, 10, 50, 50)),
                picture(150, 150, GROUND, PRODUCT, new Ellipse2D.Double(90, 90, 50, 50)));
    }

    @Test
    void trust_withoutImages_isACallersMistake() {
        assertThatThrownBy(() -> AutomaticObjectMask.of(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one good image");
    }

    private static AutomaticObjectMask trusted(List<BufferedImage> good) {
        AutomaticObjectMask.Trust trust = AutomaticObjectMask.of(good);
        assertThat(trust.mask()).as(trust.reason()).isPresent();
        return trust.mask().orElseThrow();
    }

    private static void assertRefused(String reason, BufferedImage... good) {
        AutomaticObjectMask.Trust trust = AutomaticObjectMask.of(List.of(good));
        assertThat(trust.reason()).as("%s", trust.measured()).contains(reason);
        assertThat(trust.mask()).isEmpty();
    }

    private static BufferedImage picture(int width, int height, Color ground, Color product, Shape shape) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(ground);
        graphics.fillRect(0, 0, width, height);
        graphics.setColor(product);
        graphics.fill(shape);
        graphics.dispose();
        int[] levels = image.getRaster().getPixels(0, 0, width, height, (int[]) null);
        Random random = new Random(1);
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (int) Math.max(0, Math.min(255, levels[i] + NOISE * random.nextGaussian()));
        }
        image.getRaster().setPixels(0, 0, width, height, levels);
        return image;
    }

    private static boolean[] inside(Shape shape, int width, int height) {
        boolean[] inside = new boolean[width * height];
        for (int i = 0; i < inside.length; i++) {
            inside[i] = shape.contains(i % width + 0.5, i / width + 0.5);
        }
        return inside;
    }

    private static int[] levels(BufferedImage mask) {
        return mask.getRaster().getSamples(0, 0, mask.getWidth(), mask.getHeight(), 0, (int[]) null);
    }

    private static double overlap(BufferedImage mask, boolean[] expected) {
        int[] found = levels(mask);
        int both = 0;
        int either = 0;
        for (int i = 0; i < expected.length; i++) {
            both += found[i] > 0 && expected[i] ? 1 : 0;
            either += found[i] > 0 || expected[i] ? 1 : 0;
        }
        return (double) both / either;
    }
}
