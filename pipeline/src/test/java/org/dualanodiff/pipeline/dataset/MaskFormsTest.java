package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.MaskSource.MaskFile;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks as labelling tools, Fiji, scikit-image and OpenCV write them: the whole defect, or a word on it. */
class MaskFormsTest {
    private static final String MASK = "plate/ground_truth/spot/000_mask.png";

    @TempDir
    Path root;

    private Plates plates;

    @BeforeEach
    void writeImages() throws IOException {
        plates = new Plates(root);
        plates.mvtec("plate", 1);
    }

    @Test
    void mask_ofClassesAsGreyLevels_isTakenWholeAndTold() throws IOException {
        BufferedImage classes = new BufferedImage(Plates.WIDTH, Plates.HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        for (int k = 0; k < 4; k++) {
            Plates.rectangle(classes, 2 + 11 * k, 10, 50 * (k + 1));
        }
        plates.mask(MASK, classes);

        Dataset dataset = plates.read();

        assertThat(Plates.area(dataset.sets().get(0))).isEqualTo(4 * Plates.SPOT);
        assertThat(dataset.warnings()).anyMatch(warning -> warning.contains("plate/spot: 1 masks have regions darker"));
    }

    @Test
    void mask_ofColorsInAPalette_isTakenWhole() throws IOException {
        plates.mask(MASK, Plates.colored());

        assertThat(Plates.area(plates.read().sets().get(0))).isEqualTo(4 * Plates.SPOT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 100, 255, 256, 4095, 32768, 65535})
    void mask_ofSixteenBits_isRead(int level) throws IOException {
        plates.mask(MASK, Plates.mask(BufferedImage.TYPE_USHORT_GRAY, level));

        assertThat(Plates.area(plates.read().sets().get(0))).isEqualTo(Plates.SPOT);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 255, 65535})
    void mask_ofSixteenBitsInColor_isRead(int level) throws IOException {
        plates.write(MASK, TestImages.encode(deep(Plates.mask(BufferedImage.TYPE_USHORT_GRAY, level)), "png"));

        assertThat(Plates.area(plates.read().sets().get(0))).isEqualTo(Plates.SPOT);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x000000, 0xFFFFFF, 0xFF0000})
    void mask_drawnInTheAlphaOfOneColor_isRead(int color) throws IOException {
        BufferedImage mask = new BufferedImage(Plates.WIDTH, Plates.HEIGHT, BufferedImage.TYPE_4BYTE_ABGR);
        BufferedImage marked = Plates.mask(255);
        for (int y = 0; y < Plates.HEIGHT; y++) {
            for (int x = 0; x < Plates.WIDTH; x++) {
                mask.setRGB(x, y, marked.getRaster().getSample(x, y, 0) << 24 | color);
            }
        }
        plates.mask(MASK, mask);

        assertThat(Plates.area(plates.read().sets().get(0))).isEqualTo(Plates.SPOT);
    }

    @Test
    void mask_ofSeveralPages_isSetAsideWithTheirNumber() throws IOException {
        ImageWriter writer = ImageIO.getImageWritersByFormatName("tiff").next();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(file)) {
            writer.setOutput(stream);
            writer.prepareWriteSequence(null);
            for (int level : new int[] {0, 255}) {
                writer.writeToSequence(new IIOImage(Plates.mask(level), null, null), null);
            }
            writer.endWriteSequence();
        } finally {
            writer.dispose();
        }
        plates.write(MASK.replace("png", "tif"), file.toByteArray());

        assertThat(plates.read().quarantine())
                .singleElement()
                .satisfies(aside -> assertThat(aside.detail()).contains("has 2 pictures of this size"));
    }

    /** In color, of 16 bits, with the levels of a grey picture in its red. */
    private static BufferedImage deep(BufferedImage grey) {
        ComponentColorModel model = new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, Transparency.OPAQUE, DataBuffer.TYPE_USHORT);
        BufferedImage image = new BufferedImage(
                model, model.createCompatibleWritableRaster(grey.getWidth(), grey.getHeight()), false, null);
        for (int y = 0; y < grey.getHeight(); y++) {
            for (int x = 0; x < grey.getWidth(); x++) {
                image.getRaster().setSample(x, y, 0, grey.getRaster().getSample(x, y, 0));
            }
        }
        return image;
    }

    @Test
    void mask_withSoftEdges_keepsItsLevelAndHash() throws IOException {
        BufferedImage soft = Plates.mask(255);
        for (int x = 8; x < 18; x++) {
            soft.getRaster().setSample(x, 5, 0, 100);
            soft.getRaster().setSample(x, 4, 0, 40);
        }
        plates.mask(MASK, soft);

        DefectImage image = plates.read().sets().get(0).training().get(0);

        assertThat(image.mask())
                .isInstanceOfSatisfying(
                        MaskFile.class, mask -> assertThat(mask.level()).isEqualTo(MaskFile.BLACK_AND_WHITE));
        assertThat(image.maskSha256()).isEqualTo(Digest.hex(TestImages.encode(soft, "png")));
    }

    @Test
    void maskInJpeg_withPartBelowTheLevel_isSetAsideWithTheWayOut() throws IOException {
        BufferedImage mask = Plates.mask(255);
        Plates.rectangle(mask, 30, 20, 80);
        plates.mask(MASK.replace("png", "jpg"), mask);

        assertThat(plates.read().quarantine()).singleElement().satisfies(aside -> {
            assertThat(aside.reason()).isEqualTo(Reason.MASK_UNCLEAR);
            assertThat(aside.detail()).contains("lies below grey level 128").contains("dataset.mask-level");
        });
    }

    @Test
    void maskOfSmoothEdges_withAClassInADarkColor_isSetAsideWithTheWayOut() throws IOException {
        BufferedImage mask = smooth(0);
        Plates.rectangle(mask, 35, 4, 29);
        plates.mask(MASK, mask);

        assertThat(plates.read().quarantine()).singleElement().satisfies(aside -> {
            assertThat(aside.reason()).isEqualTo(Reason.MASK_UNCLEAR);
            assertThat(aside.detail())
                    .contains(", %d pixels, lies below grey level 128".formatted(Plates.SPOT))
                    .contains("dataset.mask-level");
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16})
    void maskOfSmoothEdges_onAnyDarkGround_keepsItsLevel(int ground) throws IOException {
        BufferedImage mask = smooth(ground);
        for (int i = 0; i < 40; i++) {
            mask.getRaster().setSample(i * 7 % Plates.WIDTH, i * 3 % 4, 0, i % 32);
        }
        plates.mask(MASK, mask);

        Dataset dataset = plates.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(dataset.warnings()).noneMatch(warning -> warning.contains("regions darker"));
    }

    @Test
    void maskThatWasAJpeg_savedAsPng_keepsItsLevel() throws IOException {
        byte[] jpeg = TestImages.encode(smooth(0), "jpg");
        plates.mask(MASK, ImageIO.read(new java.io.ByteArrayInputStream(jpeg)));

        assertThat(plates.read().quarantine()).isEmpty();
    }

    @Test
    void maskThatWasASmallJpeg_enlargedPixelByPixel_keepsItsLevel() throws IOException {
        BufferedImage noisy = smooth(0);
        int[] noise = {8, 9, 11, 13, 14, 17, 18, 21, 22, 25, 27, 30};
        for (int i = 0; i < noise.length; i++) {
            Graphics2D graphics = noisy.createGraphics();
            graphics.setColor(new Color(noise[i], noise[i], noise[i]));
            graphics.fillRect(30 + 6 * (i % 3), 6 * (i / 3), 4, 4);
        }
        plates.mask(MASK, noisy);

        assertThat(plates.read().quarantine()).isEmpty();
    }

    /** A disc with an edge of many levels. */
    private static BufferedImage smooth(int ground) {
        BufferedImage mask = new BufferedImage(Plates.WIDTH, Plates.HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        for (int y = 0; y < Plates.HEIGHT; y++) {
            for (int x = 0; x < Plates.WIDTH; x++) {
                double inside = 11 - Math.hypot(x - 15.3, y - 20.7);
                mask.getRaster().setSample(x, y, 0, (int) Math.max(ground, Math.min(255, 128 + 60 * inside)));
            }
        }
        return mask;
    }

    @ParameterizedTest
    @CsvSource({
        "000_mask_1.png, 000_mask_2.png",
        "000_mask.png, 000_mask2.png",
        "000_mask-01.png, 000_Mask-02.png",
        "000.png, 000_1.png",
        "000/a.png, 000/b.png",
        "000_mask_crack.png, 000_mask_dent.png",
        "000_gt.png, 000_mask.png"
    })
    void masksOfOneImage_areJoined(String first, String second) throws IOException {
        plates.mask("plate/ground_truth/spot/" + first);
        BufferedImage other = new BufferedImage(Plates.WIDTH, Plates.HEIGHT, BufferedImage.TYPE_BYTE_GRAY);
        Plates.rectangle(other, 30, 20, 1);
        plates.mask("plate/ground_truth/spot/" + second, other);

        Dataset dataset = plates.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(Plates.area(dataset.sets().get(0))).isEqualTo(2 * Plates.SPOT);
    }

    @Test
    void masksOfOneImage_withOneUnreadable_setItAside() throws IOException {
        plates.mask("plate/ground_truth/spot/000_mask_1.png");
        plates.write("plate/ground_truth/spot/000_mask_2.png", new byte[] {1});

        assertThat(plates.read().sets().get(0).usable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "_mask",
                "_Mask",
                "-mask",
                "_MASK",
                ".mask",
                " mask",
                "_seg",
                "_gt",
                "_GT",
                "_label",
                "_labels",
                "_ground_truth",
                "_GroundTruth",
                "_segmentation",
                "_mask_0",
                "_mask1",
                ""
            })
    void mask_ofAnySuffix_isFound(String suffix) throws IOException {
        plates.mask("plate/ground_truth/spot/000" + suffix + ".png");

        Dataset dataset = plates.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(Plates.area(dataset.sets().get(0))).isEqualTo(Plates.SPOT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mask_000.png", "MASK-000.png", "gt_000.bmp"})
    void mask_ofAnyPrefix_isFound(String name) throws IOException {
        plates.mask("plate/ground_truth/spot/" + name);

        assertThat(plates.read().quarantine()).isEmpty();
    }

    @Test
    void maskBesideItsImage_ofTheSameStemOrSuffix_isAMask() throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture("crack/a.jpg");
        folder.mask("crack/a.png");
        folder.picture("crack/b.bmp");
        folder.mask("crack/b_label.bmp");
        folder.picture("crack/c.png");
        folder.mask("crack/c_GT.png");
        folder.picture("crack/no_mask_here_label.png");

        Dataset dataset = folder.read();

        assertThat(dataset.sets().get(0).training())
                .extracting(DefectImage::name)
                .containsExactly("a.jpg", "b.bmp", "c.png");
        assertThat(dataset.quarantine()).extracting(Quarantined::reason).containsExactly(Reason.MASK_MISSING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Label/0001_label.png", "labels/0001.png", "segmentation/gt_0001.png"})
    void folderOfAnExport_withMasksThatFit_holdsMasks(String mask) throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture("crack/0001.jpg");
        folder.mask("crack/" + mask);

        Dataset dataset = folder.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(dataset.sets()).extracting(DefectSet::defect).containsExactly("crack");
    }

    @Test
    void folderNamedLikeAMaskFolder_withoutImagesThatFit_isADefect() throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture("bottle/label/a.png");
        folder.mask("bottle/label/a_mask.png");
        folder.picture("bottle/cap/b.png");
        folder.mask("bottle/cap/b_mask.png");

        assertThat(folder.read().sets()).extracting(DefectSet::defect).containsExactly("cap", "label");
    }

    @ParameterizedTest
    @CsvSource({
        "good/000.png, bad/000.png, masks/000.png",
        "ok/005.png, ng/000.png, masks/000_mask.png",
        "plate/good/1.png, plate/crack/000.png, plate/masks/000.png",
        "train/good/1.png, train/crack/000.png, train/masks/000.png"
    })
    void maskOutsideItsDefectsFolder_ofTheOnlyImageOfThatName_isFound(String good, String bad, String mask)
            throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture(good);
        folder.picture(bad);
        folder.mask(mask);

        Dataset dataset = folder.read();

        assertThat(dataset.quarantine()).isEmpty();
        assertThat(dataset.sets().get(0).training()).hasSize(1);
    }

    @Test
    void maskOutsideItsDefectsFolder_thatTwoImagesMayMean_isNobodys() throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture("crack/000.png");
        folder.picture("dent/000.png");
        folder.mask("masks/000.png");

        assertThat(folder.read().quarantine())
                .extracting(Quarantined::reason)
                .containsExactlyInAnyOrder(Reason.MASK_MISSING, Reason.MASK_MISSING, Reason.ORPHAN_MASK);
    }

    @ParameterizedTest
    @ValueSource(strings = {"good/005_mask.png", "masks/good/005.png"})
    void maskOfAGoodImage_neverBelongsToADefectOfItsName(String mask) throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture("good/005.png");
        folder.picture("bad/005.png");
        folder.mask(mask);

        assertThat(folder.read().quarantine()).extracting(Quarantined::reason).containsExactly(Reason.MASK_MISSING);
    }

    @Test
    void folderNamedLikeAMaskFolder_besideAnImageWithoutAMask_isADefect() throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture("bottle/label/001.png");
        folder.mask("bottle/label/001_mask.png");
        folder.picture("bottle/cap/001.png");

        Dataset dataset = folder.read();

        assertThat(dataset.sets()).extracting(DefectSet::defect).containsExactly("cap", "label");
        assertThat(dataset.quarantine()).extracting(Quarantined::file).containsExactly("bottle/cap/001.png");
    }

    @Test
    void picturesOfOtherKinds_atTheTop_areNamed() throws IOException {
        Plates folder = new Plates(root.resolve("plain"));
        folder.picture("a.jpg");
        folder.mask("a.png");
        folder.text("b.HEIC", "x");
        folder.text("readme.txt", "x");

        assertThat(folder.read().quarantine()).extracting(Quarantined::file).containsExactly("b.HEIC");
    }

    @Test
    void filesOfMvtec_inNoFolderThatIsRead_areNamed() throws IOException {
        plates.mask(MASK);
        plates.picture("plate/train/crack/0.png");
        plates.picture("plate/train/loose.png");
        plates.picture("plate/validation/dent/0.png");
        plates.picture("plate/test/loose.png");
        plates.mask("plate/ground_truth/loose_mask.png");
        plates.picture("cable/good/0.png");
        plates.text("docs/notes.txt", "x");

        Dataset dataset = plates.read();

        assertThat(dataset.sets()).extracting(DefectSet::defect).containsExactly("spot");
        assertThat(dataset.quarantine())
                .extracting(aside -> aside.file() + " " + aside.reason())
                .containsExactlyInAnyOrder(
                        "plate/train/crack INVALID_ENTRY",
                        "plate/train/loose.png INVALID_ENTRY",
                        "plate/validation/dent INVALID_ENTRY",
                        "plate/test/loose.png INVALID_ENTRY",
                        "plate/ground_truth/loose_mask.png ORPHAN_MASK",
                        "cable INVALID_ENTRY");
    }

    @Test
    void goodImagesOfTwelveBits_behindOneOfEight_areSeen() throws IOException {
        BufferedImage deep = new BufferedImage(Plates.WIDTH, Plates.HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
        for (int i = 1; i < 30; i++) {
            Plates.rectangle(deep, 8, 6, i == 17 ? 4000 : 300);
            plates.mask("plate/train/good/%03d.png".formatted(i), deep);
        }
        plates.mask(MASK);

        assertThat(plates.read().warnings()).anyMatch(warning -> warning.contains("read as 12 bits deep"));
    }

    @Test
    void imagesOfTwelveBits_areReadAsDeepAsTheirCategory() throws IOException {
        BufferedImage deep = new BufferedImage(Plates.WIDTH, Plates.HEIGHT, BufferedImage.TYPE_USHORT_GRAY);
        Plates.rectangle(deep, 8, 6, 300);
        plates.mask("plate/test/spot/000.png", deep);
        plates.mask(MASK);
        Plates.rectangle(deep, 20, 6, 4000);
        plates.mask("plate/train/good/001.png", deep);

        Dataset dataset = plates.read();

        DefectImage image = dataset.sets().get(0).training().get(0);
        DatasetFiles files = new DatasetFiles(new org.apache.hadoop.conf.Configuration());
        assertThat(image.openImage(files).getRaster().getSample(9, 7, 0)).isEqualTo(300 >> 4);
        assertThat(files.image(dataset.good().get(0).training().get(1))
                        .getRaster()
                        .getSample(21, 7, 0))
                .isEqualTo(4000 >> 4);
        assertThat(dataset.warnings()).anyMatch(warning -> warning.contains("read as 12 bits deep"));
        assertThat(image.imageSha256()).isNotEqualTo(Digest.hex(files.read(image.imageUri())));
        assertThat(DatasetPath.address(image.imageUri())).endsWith("000.png");
    }
}
