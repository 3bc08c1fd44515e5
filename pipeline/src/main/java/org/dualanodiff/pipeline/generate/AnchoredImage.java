package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.crop.Window;

/**
 * Sets the generated defect into the good image: the generated pixels under the mask and one pixel around it, the good
 * ones from a distance of 3 pixels on, byte for byte, and a short blend between; or all of the generated image, if it was to be
 * redrawn. On a good image without color the defect has none, either: a trace of it would give the place away.
 */
final class AnchoredImage {

    /** By the distance from the mask, in pixels along the longer axis: how much of the generated image is seen. */
    private static final float[] BLEND = {1f, 1f, 0.5f};

    /** Of a window, along sides that cut the photograph: over this part of its width what was redrawn fades in. */
    private static final double FADE = 1.0 / 16;

    private AnchoredImage() {}

    /**
     * All of the generated window; along sides that cut the photograph the good one fades into it.
     *
     * @param generated RGB
     * @param photograph RGB
     */
    static Image redrawn(Image generated, Image photograph, Window window) {
        Image good = window.cut(photograph);
        Image inside = generated.coloredAs(good);
        int area = window.width() * window.height();
        byte[] levels = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            double x = i % window.width() + 0.5;
            double y = i / window.width() + 0.5;
            double share = window.toCut(x, y, photograph.width(), photograph.height()) / (FADE * window.width());
            for (int at = i; at < levels.length; at += area) {
                levels[at] = mixed(good.levels()[at], inside.levels()[at], (float) Math.min(1, share));
            }
        }
        return new Image(window.width(), window.height(), 3, levels);
    }

    /**
     * @param generated RGB
     * @param good RGB, of the same size
     * @param mask grey, 255 on the defect, of the same size
     */
    static BufferedImage compose(BufferedImage generated, BufferedImage good, BufferedImage mask) {
        return compose(Image.rgb(generated), Image.rgb(good), Image.gray(mask)).buffered();
    }

    static Image compose(Image generated, Image outside, Image defect) {
        Image inside = generated.coloredAs(outside);
        int area = defect.levels().length;
        byte[] levels = outside.levels().clone();
        for (int y = 0; y < defect.height(); y++) {
            for (int x = 0; x < defect.width(); x++) {
                int distance = distance(defect, x, y);
                for (int c = 0; distance < BLEND.length && c < 3; c++) {
                    int at = c * area + y * defect.width() + x;
                    levels[at] = mixed(outside.levels()[at], inside.levels()[at], BLEND[distance]);
                }
            }
        }
        return new Image(defect.width(), defect.height(), 3, levels);
    }

    private static byte mixed(byte outside, byte inside, float share) {
        return (byte) Math.round((outside & 0xff) + ((inside & 0xff) - (outside & 0xff)) * share);
    }

    /** To the nearest defect pixel, at most the length of the blend. */
    private static int distance(Image defect, int x, int y) {
        for (int radius = 0; radius < BLEND.length; radius++) {
            if (touches(defect, x, y, radius)) {
                return radius;
            }
        }
        return BLEND.length;
    }

    private static boolean touches(Image defect, int x, int y, int radius) {
        for (int row = Math.max(0, y - radius); row <= Math.min(defect.height() - 1, y + radius); row++) {
            for (int column = Math.max(0, x - radius); column <= Math.min(defect.width() - 1, x + radius); column++) {
                if (defect.level(0, row, column) != 0) {
                    return true;
                }
            }
        }
        return false;
    }
}
