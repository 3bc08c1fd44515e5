package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.util.Optional;

/**
 * A JPEG of four channels, as print software writes them: the platform's reader gives its samples as they are stored.
 * Adobe stores them inverted, and Pillow takes all of them for such; so does this.
 *
 * @param ycck whether the first three channels are luma and chroma of the colors (Adobe's marker, transform 2)
 */
record CmykJpeg(boolean ycck) {
    private static final int START_OF_SCAN = 0xDA;
    private static final int ADOBE = 0xEE;
    private static final int ADOBE_LENGTH = 14;
    private static final int YCCK = 2;

    /** Empty for files of any other kind. */
    static Optional<CmykJpeg> of(byte[] file) {
        boolean jpeg = file.length > 4 && (file[0] & 0xFF) == 0xFF && (file[1] & 0xFF) == 0xD8;
        boolean ycck = false;
        for (int at = 2; jpeg && at + 9 < file.length && (file[at] & 0xFF) == 0xFF; ) {
            int marker = file[at + 1] & 0xFF;
            int length = (file[at + 2] & 0xFF) << 8 | file[at + 3] & 0xFF;
            if (marker == ADOBE && length >= ADOBE_LENGTH && at + 15 < file.length) {
                ycck = file[at + 15] == YCCK;
            } else if (isFrame(marker)) {
                // The marker of the frame may stand before Adobe's, but no writer does so.
                return file[at + 9] == 4 ? Optional.of(new CmykJpeg(ycck)) : Optional.empty();
            } else if (marker == START_OF_SCAN) {
                return Optional.empty();
            }
            at += marker == 0xFF ? 1 : 2 + length;
        }
        return Optional.empty();
    }

    /** SOF0 to SOF15, without the tables among them. */
    private static boolean isFrame(int marker) {
        return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    }

    /** @param stored the samples of the file, four channels */
    BufferedImage toRgb(Raster stored) {
        BufferedImage image = new BufferedImage(stored.getWidth(), stored.getHeight(), BufferedImage.TYPE_3BYTE_BGR);
        byte[] bgr = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
        int[] row = new int[4 * stored.getWidth()];
        for (int y = 0, at = 0; y < stored.getHeight(); y++) {
            stored.getPixels(stored.getMinX(), stored.getMinY() + y, stored.getWidth(), 1, row);
            for (int x = 0; x < row.length; x += 4, at += 3) {
                int[] inks = ycck
                        ? inks(row[x], row[x + 1] - 128, row[x + 2] - 128)
                        : new int[] {row[x], row[x + 1], row[x + 2]};
                for (int c = 0; c < 3; c++) {
                    bgr[at + 2 - c] = (byte) ((inks[c] * row[x + 3] + 127) / 255);
                }
            }
        }
        return image;
    }

    /** As libjpeg converts YCCK to CMYK; the coefficients are those of JFIF. */
    private static int[] inks(int y, int cb, int cr) {
        return new int[] {
            255 - level(y + 1.402 * cr), 255 - level(y - 0.344136 * cb - 0.714136 * cr), 255 - level(y + 1.772 * cb)
        };
    }

    private static int level(double value) {
        return (int) Math.max(0, Math.min(255, Math.round(value)));
    }
}
