package org.dualanodiff.model.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    void png_ofAnyPixels_comesBackTheSame(int channels) throws IOException {
        Image pixels = random(channels);

        BufferedImage decoded = PngCodec.decode(PngCodec.encode(pixels.buffered()));

        assertThat(Image.of(decoded)).usingRecursiveComparison().isEqualTo(pixels);
    }

    @Test
    void png_ofEqualPixelsInOtherLayout_isByteIdentical() {
        BufferedImage interleaved = random(3).buffered();
        BufferedImage packed = new BufferedImage(9, 7, BufferedImage.TYPE_INT_ARGB);
        for (int i = 0; i < 63; i++) {
            packed.setRGB(i % 9, i / 9, interleaved.getRGB(i % 9, i / 9));
        }

        assertThat(PngCodec.encode(packed)).isEqualTo(PngCodec.encode(interleaved));
    }

    @Test
    void png_ofTruncatedBytes_isRefused() {
        byte[] png = PngCodec.encode(random(3).buffered());

        assertThatIOException().isThrownBy(() -> PngCodec.decode(Arrays.copyOf(png, 40)));
        assertThatIOException()
                .isThrownBy(() -> PngCodec.decode("<html>".getBytes()))
                .withMessageContaining("6 bytes");
    }

    @Test
    void pixels_ofSixteenBitGrey_keepTheHighByte() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_USHORT_GRAY);
        image.getRaster().setSample(1, 0, 0, 0xABCD);

        assertThat(Image.gray(image).levels()).containsExactly((byte) 0, (byte) 0xAB);
    }

    @Test
    void pixels_ofBilevelImage_areBlackAndWhite() {
        BufferedImage image = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
        image.getRaster().setSample(1, 0, 0, 1);

        assertThat(Image.gray(image).levels()).containsExactly((byte) 0, (byte) 255);
    }

    @Test
    void gray_ofColor_isLuma() {
        assertThat(Image.gray(new Image(1, 1, 3, new byte[] {(byte) 200, 100, 50}).buffered())
                        .level(0, 0, 0))
                .isEqualTo(124);
    }

    @Test
    void image_ofSignedValues_roundsAndClamps() {
        float[] values = {-1.4f, 2.4f, 0, -0.78f, -0.6f, -0.5f};

        byte[] levels = Image.ofSigned(values, 2, 1).levels();

        // 0.5 is level 127.5, which rounds to the even neighbor.
        assertThat(levels).containsExactly((byte) 0, (byte) 255, (byte) 128, (byte) 28, (byte) 51, (byte) 64);
    }

    @Test
    void levels_asFloats_comeBackTheSame() {
        byte[] levels = new byte[3 * 256];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) i;
        }
        Image all = new Image(16, 16, 3, levels);

        assertThat(Image.ofSigned(all.signed(), 16, 16).levels()).isEqualTo(levels);
        for (int i = 0; i < levels.length; i++) {
            assertThat(all.unit()[i]).isEqualTo((levels[i] & 0xff) / 255f);
        }
    }

    @Test
    void image_ofNotANumber_namesThePixel() {
        float[] values = {0, 0, 0, 0, Float.NaN, 0};

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Image.ofSigned(values, 2, 1))
                .withMessageContainingAll("Pixel 0", "channel 2");
    }

    private static Image random(int channels) {
        byte[] levels = new byte[channels * 63];
        new SplittableRandom(5).nextBytes(levels);
        return new Image(9, 7, channels, levels);
    }
}
