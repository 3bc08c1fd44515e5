package org.dualanodiff.pipeline.report;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;

/**
 * Scales pictures so that their longer side has a given length: smoothly downwards, by whole pixels upwards, so that a
 * small picture stays as sharp as it is.
 *
 * @param side pixels of the longer side at most
 */
record Thumbnails(int side) {

    Thumbnails {
        if (side < 1) {
            throw new IllegalArgumentException("a thumbnail's side must be positive, was " + side);
        }
    }

    Image picture(Image pixels) {
        int longer = Math.max(pixels.width(), pixels.height());
        if (longer <= side) {
            return enlarged(pixels, side / longer);
        }
        return PilResize.resize(pixels, scaled(pixels.width(), longer), scaled(pixels.height(), longer));
    }

    /** A mask; a defect of a single pixel is still seen, since a cell is as bright as the brightest pixel under it. */
    Image mask(Image mask) {
        int longer = Math.max(mask.width(), mask.height());
        return longer <= side
                ? enlarged(mask, side / longer)
                : brightest(mask, scaled(mask.width(), longer), scaled(mask.height(), longer));
    }

    private int scaled(int length, int longer) {
        return Math.max(1, Math.round((float) length * side / longer));
    }

    private static Image enlarged(Image from, int factor) {
        int width = from.width() * factor;
        int height = from.height() * factor;
        byte[] levels = new byte[from.channels() * width * height];
        for (int row = 0; row < from.channels() * height; row++) {
            for (int x = 0; x < width; x++) {
                levels[row * width + x] = from.levels()[row / factor * from.width() + x / factor];
            }
        }
        return new Image(width, height, from.channels(), levels);
    }

    private static Image brightest(Image from, int width, int height) {
        byte[] levels = new byte[width * height];
        for (int y = 0; y < from.height(); y++) {
            for (int x = 0; x < from.width(); x++) {
                int to = (int) ((long) y * height / from.height()) * width + (int) ((long) x * width / from.width());
                levels[to] = (byte) Math.max(levels[to] & 0xff, from.level(0, y, x));
            }
        }
        return new Image(width, height, 1, levels);
    }
}
