package org.dualanodiff.pipeline.generate;

import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.crop.Window;

/**
 * Sets the generated defect into the good image: the generated pixels under the mask and one pixel around it, the good
 * ones from a distance of 3 pixels on, byte for byte, and a short blend between; or all of the generated image, if it was to be
 * redrawn. On a good image without color the defect has none, either: a trace of it would give the place away.
 */
final class AnchoredImage {

    /** Two pixels from the mask, along the longer axis: how much of the generated image is seen. */
    private static final float BLEND = 0.5f;

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
     * @param defect of the same size
     */
    static Image compose(Image generated, Image good, Mask defect) {
        Image inside = generated.coloredAs(good);
        boolean[] near = defect.dilatedBySquare(1).set();
        boolean[] edge = defect.dilatedBySquare(2).set();
        byte[] levels = good.levels().clone();
        for (int at = 0; at < levels.length; at++) {
            int pixel = at % near.length;
            if (edge[pixel]) {
                levels[at] = mixed(levels[at], inside.levels()[at], near[pixel] ? 1 : BLEND);
            }
        }
        return new Image(good.width(), good.height(), 3, levels);
    }

    private static byte mixed(byte outside, byte inside, float share) {
        return (byte) Math.round((outside & 0xff) + ((inside & 0xff) - (outside & 0xff)) * share);
    }
}
