package org.dualanodiff.pipeline.report;

import org.dualanodiff.model.image.Image;

/** A mask drawn on its image: a light tint inside, and an outline just outside, so that the defect itself is seen. */
final class Overlay {

    /** A pink that neither metal, wood nor cloth has. */
    private static final int[] COLOR = {255, 0, 110};

    private static final double TINT = 0.18;
    private static final int DEFECT = 128;

    private Overlay() {}

    /** @param mask grey, of the image's size */
    static Image of(Image image, Image mask) {
        byte[] levels = image.levels().clone();
        int area = image.width() * image.height();
        for (int i = 0; i < area; i++) {
            int x = i % image.width();
            int y = i / image.width();
            double opacity = isDefect(mask, x, y) ? TINT : touchesDefect(mask, x, y) ? 1 : 0;
            for (int c = 0; c < 3; c++) {
                double level = (levels[c * area + i] & 0xff) * (1 - opacity) + COLOR[c] * opacity;
                levels[c * area + i] = (byte) Math.round(level);
            }
        }
        return new Image(image.width(), image.height(), 3, levels);
    }

    private static boolean touchesDefect(Image mask, int x, int y) {
        return isDefect(mask, x - 1, y)
                || isDefect(mask, x + 1, y)
                || isDefect(mask, x, y - 1)
                || isDefect(mask, x, y + 1);
    }

    private static boolean isDefect(Image mask, int x, int y) {
        return x >= 0 && y >= 0 && x < mask.width() && y < mask.height() && mask.level(0, y, x) >= DEFECT;
    }
}
