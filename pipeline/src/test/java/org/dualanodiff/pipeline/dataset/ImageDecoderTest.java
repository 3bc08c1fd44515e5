package org.dualanodiff.pipeline.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BandedSampleModel;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "tiff", "gif"})
    void decoder_ofGreyLevels_keepsThemAsStored(String format) throws IOException {
        byte[] file = TestImages.encode(TestImages.ramp(), format);

        BufferedImage mask = ImageDecoder.mask(file);
        BufferedImage image = ImageDecoder.image(file);

        assertThat(mask.getType()).isEqualTo(BufferedImage.TYPE_BYTE_GRAY);
        assertThat(image.getType()).isEqualTo(BufferedImage.TYPE_3BYTE_BGR);
        assertThat(levels(mask)).isEqualTo(levels(TestImages.ramp()));
        assertThat(new Color(image.getRGB(3, 8))).isEqualTo(new Color(131, 131, 131));
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "tiff"})
    void decoder_ofColor_keepsItAsStored(String format) throws IOException {
        BufferedImage drawn = TestImages.noise(17, 9, BufferedImage.TYPE_3BYTE_BGR);

        assertThat(levels(ImageDecoder.image(TestImages.encode(drawn, format)))).isEqualTo(levels(drawn));
    }

    @Test
    void decoder_ofJpeg_isNearWhatWasDrawn() throws IOException {
        BufferedImage image = ImageDecoder.image(TestImages.encode(TestImages.quarters(32, 16), "jpeg"));

        assertThat(nearest(image, 4, 4)).isEqualTo("red");
        assertThat(nearest(image, 28, 12)).isEqualTo("white");
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "tiff"})
    void decoder_ofTransparentPixels_dropsAlphaInsteadOfBlending(String format) throws IOException {
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_4BYTE_ABGR);
        drawn.getRaster().setPixel(0, 0, new int[] {200, 100, 50, 0});
        drawn.getRaster().setPixel(1, 0, new int[] {10, 20, 30, 128});

        BufferedImage image = ImageDecoder.image(TestImages.encode(drawn, format));

        assertThat(new Color(image.getRGB(0, 0))).isEqualTo(new Color(200, 100, 50));
        assertThat(new Color(image.getRGB(1, 0))).isEqualTo(new Color(10, 20, 30));
    }

    @Test
    void decoder_ofPalette_expandsIt() throws IOException {
        byte[] red = {0, (byte) 200};
        byte[] green = {0, 30};
        byte[] blue = {(byte) 250, 1};
        IndexColorModel palette = new IndexColorModel(8, 2, red, green, blue);
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_INDEXED, palette);
        drawn.getRaster().setSample(1, 0, 0, 1);

        BufferedImage image = ImageDecoder.image(TestImages.encode(drawn, "png"));

        assertThat(new Color(image.getRGB(0, 0))).isEqualTo(new Color(0, 0, 250));
        assertThat(new Color(image.getRGB(1, 0))).isEqualTo(new Color(200, 30, 1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "bmp", "tiff"})
    void decoder_ofOneBitMask_givesBlackAndWhite(String format) throws IOException {
        BufferedImage drawn = new BufferedImage(9, 2, BufferedImage.TYPE_BYTE_BINARY);
        drawn.getRaster().setSample(8, 1, 0, 1);

        BufferedImage mask = ImageDecoder.mask(TestImages.encode(drawn, format));

        assertThat(mask.getRaster().getSample(8, 1, 0)).isEqualTo(255);
        assertThat(mask.getRaster().getSample(0, 1, 0)).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "tiff"})
    void decoder_ofSixteenBits_takesTheHighByte(String format) throws IOException {
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        drawn.getRaster().setSample(0, 0, 0, 0x7FFF);
        drawn.getRaster().setSample(1, 0, 0, 0xFFFF);

        assertThat(levels(ImageDecoder.mask(TestImages.encode(drawn, format)))).containsExactly(0x7F, 0xFF);
    }

    @Test
    void decoder_ofGreyWithAlpha_dropsAlpha() throws IOException {
        WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 1, 1, 2, null);
        raster.setPixel(0, 0, new int[] {90, 3});
        BufferedImage drawn = new BufferedImage(grey(true, DataBuffer.TYPE_BYTE), raster, false, null);

        assertThat(levels(ImageDecoder.mask(TestImages.encode(drawn, "png")))).containsExactly(90);
    }

    @Test
    void decoder_ofColorMask_givesLuma() throws IOException {
        int[] levels = levels(ImageDecoder.mask(TestImages.encode(TestImages.quarters(2, 2), "png")));

        assertThat(levels).containsExactly(76, 150, 29, 255);
    }

    /** For each tag value, the colours that belong into the upright picture's upper left and upper right. */
    @ParameterizedTest
    @CsvSource({
        "1, red, green", "2, green, red", "3, white, blue", "4, blue, white",
        "5, red, blue", "6, blue, red", "7, white, green", "8, green, white",
        "9, red, green"
    })
    void decoder_ofOrientedJpeg_turnsItUpright(int tag, String upperLeft, String upperRight) throws IOException {
        byte[] jpeg = TestImages.encode(TestImages.quarters(64, 32), "jpeg");

        BufferedImage image = ImageDecoder.image(TestImages.withOrientation(jpeg, tag));

        boolean turned = tag >= 5 && tag <= 8;
        assertThat(image.getWidth()).isEqualTo(turned ? 32 : 64);
        assertThat(image.getHeight()).isEqualTo(turned ? 64 : 32);
        assertThat(nearest(image, 4, 4)).isEqualTo(upperLeft);
        assertThat(nearest(image, image.getWidth() - 5, 4)).isEqualTo(upperRight);
    }

    @ParameterizedTest
    @CsvSource({"png, 0.3", "png, 0.9", "jpeg, 0.3", "jpeg, 0.9", "bmp, 0.3", "bmp, 0.9", "tiff, 0.3", "tiff, 0.9"})
    void decoder_ofFileCutOff_refusesIt(String format, double kept) {
        byte[] whole = TestImages.encode(TestImages.noise(64, 64, BufferedImage.TYPE_3BYTE_BGR), format);
        byte[] cut = Arrays.copyOf(whole, (int) (whole.length * kept));

        assertThatThrownBy(() -> ImageDecoder.image(cut)).isInstanceOf(UnreadableImageException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"png", "jpeg"})
    void decoder_ofFileWithOverwrittenPart_refusesIt(String format) {
        byte[] file = TestImages.encode(TestImages.noise(64, 64, BufferedImage.TYPE_3BYTE_BGR), format);
        Arrays.fill(file, file.length / 2, file.length / 2 + 400, (byte) 0xFF);

        assertThatThrownBy(() -> ImageDecoder.image(file)).isInstanceOf(UnreadableImageException.class);
    }

    @Test
    void decoder_ofEmptyFile_saysSo() {
        assertThatThrownBy(() -> ImageDecoder.image(new byte[0]))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("0 bytes");
    }

    @Test
    void decoder_ofText_saysWhatItReads() {
        assertThatThrownBy(() -> ImageDecoder.image("<html>not found</html>".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("not PNG, JPEG, BMP, TIFF, GIF or WebP, but a page of the web");
    }

    @Test
    void decoder_ofHugeClaimedSize_refusesBeforeDecoding() {
        byte[] png = TestImages.encode(TestImages.ramp(), "png");
        ByteBuffer.wrap(png).putInt(16, 60_000).putInt(20, 50_000);

        assertThatThrownBy(() -> ImageDecoder.image(png))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("60000 x 50000 pixels");
    }

    /** Files of other programs, with what Pillow and tifffile make of them; {@code pictures/make.py} wrote both. */
    @ParameterizedTest
    @CsvSource({
        "bits12-png.png, 12, 1",
        "bits12-tif.tif, 12, 1",
        "predictor-lzw.tif, 16, 0",
        "predictor-rgb.tif, 16, 0",
        "big.tif, 16, 0",
        "tiles-planar.tif, 16, 0",
        "turned.tif, 16, 0",
        "cmyk.jpg, 16, 1",
        "ycck.jpg, 16, 1",
        "lossless.webp, 16, 0",
        "lossy.webp, 16, 16"
    })
    void decoder_ofOtherProgramsFiles_givesWhatPillowOrTifffileDoes(String file, int bits, int tolerance)
            throws IOException {
        BufferedImage decoded = ImageDecoder.image(picture(file), bits);
        BufferedImage expected = ImageDecoder.image(picture(file.replaceAll("\\..*", ".expected.png")));

        assertThat(decoded.getWidth()).isEqualTo(expected.getWidth());
        int[] levels = levels(decoded);
        int[] wanted = levels(expected);
        assertThat(IntStream.range(0, wanted.length).map(i -> Math.abs(levels[i] - wanted[i])))
                .hasSize(levels.length)
                .allMatch(difference -> difference <= tolerance);
    }

    @Test
    void decoder_ofHalfFloats_namesThemAndTheWayOut() {
        assertThatThrownBy(() -> ImageDecoder.image(picture("half.tif")))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("floating-point")
                .hasMessageContaining("convert to 8 or 16 bit");
    }

    @ParameterizedTest
    @CsvSource({"12, 4095", "10, 1023", "14, 16383", "16, 65535", "8, 255"})
    void look_atDeepPicture_tellsItsHighestLevel(int bits, int highest) throws IOException {
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        drawn.getRaster().setSample(1, 0, 0, highest);
        byte[] file = TestImages.encode(drawn, "png");

        assertThat(ImageDecoder.look(file)).isEqualTo(new ImageDecoder.Look(2, 1, highest));
        assertThat(levels(ImageDecoder.image(file, bits))).containsExactly(0, 0, 0, 255, 255, 255);
    }

    @ParameterizedTest
    @CsvSource({"1, 255", "255, 255", "7, 7", "4095, 15", "65535, 255", "256, 1"})
    void mask_ofSixteenBits_isMarkedWhateverItsScale(int highest, int level) throws IOException {
        BufferedImage drawn = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        drawn.getRaster().setSample(1, 0, 0, highest);

        assertThat(levels(ImageDecoder.mask(TestImages.encode(drawn, "png")))).containsExactly(0, level);
    }

    private static byte[] picture(String name) throws IOException {
        try (InputStream file = ImageDecoderTest.class.getResourceAsStream("pictures/" + name)) {
            return file.readAllBytes();
        }
    }

    @Test
    void decoder_ofFloatingPointTiff_asksForIntegers() {
        WritableRaster raster =
                Raster.createWritableRaster(new BandedSampleModel(DataBuffer.TYPE_FLOAT, 4, 4, 1), null);
        BufferedImage drawn = new BufferedImage(grey(false, DataBuffer.TYPE_FLOAT), raster, false, null);
        byte[] tiff = TestImages.encode(drawn, "tiff");

        assertThatThrownBy(() -> ImageDecoder.image(tiff))
                .isInstanceOf(UnreadableImageException.class)
                .hasMessageContaining("floating-point");
    }

    private static ComponentColorModel grey(boolean alpha, int type) {
        int transparency = alpha ? Transparency.TRANSLUCENT : Transparency.OPAQUE;
        return new ComponentColorModel(ColorSpace.getInstance(ColorSpace.CS_GRAY), alpha, false, transparency, type);
    }

    private static int[] levels(BufferedImage image) {
        byte[] bytes = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        int[] levels = new int[bytes.length];
        Arrays.setAll(levels, i -> bytes[i] & 0xFF);
        return levels;
    }

    private static String nearest(BufferedImage image, int x, int y) {
        Color color = new Color(image.getRGB(x, y));
        String on = "" + color.getRed() / 128 + color.getGreen() / 128 + color.getBlue() / 128;
        return switch (on) {
            case "100" -> "red";
            case "010" -> "green";
            case "001" -> "blue";
            case "111" -> "white";
            default -> color.toString();
        };
    }
}
