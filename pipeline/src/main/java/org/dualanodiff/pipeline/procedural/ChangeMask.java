package org.dualanodiff.pipeline.procedural;

import java.awt.image.BufferedImage;
import org.dualanodiff.model.image.Image;

/** The pixels that a defect visibly changed. */
public record ChangeMask(boolean[] changed) {
    private static final int AREA = Canvas.SIZE * Canvas.SIZE;
    /** Levels; a smaller change drowns in the sensor's noise. */
    private static final int VISIBLE = 6;
    /** Of eight: a pixel amid changed ones belongs to them even if its own level happens to be the same. */
    private static final int SURROUNDED = 5;

    public static ChangeMask empty() {
        return new ChangeMask(new boolean[AREA]);
    }

    public static ChangeMask between(byte[] before, byte[] after) {
        boolean[] changed = new boolean[AREA];
        for (int i = 0; i < before.length; i++) {
            changed[i % AREA] |= Math.abs((before[i] & 0xff) - (after[i] & 0xff)) > VISIBLE;
        }
        return new ChangeMask(changed).filled().filled();
    }

    /** The defect picture inside the mask and the faultless one outside, so that nothing else differs. */
    public byte[] compose(byte[] outside, byte[] inside) {
        byte[] levels = outside.clone();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = changed[i % AREA] ? inside[i] : outside[i];
        }
        return levels;
    }

    /** Share of the picture, 0..1. */
    public double coverage() {
        int count = 0;
        for (boolean pixel : changed) {
            count += pixel ? 1 : 0;
        }
        return (double) count / AREA;
    }

    public BufferedImage toImage() {
        return toPixels().buffered();
    }

    /** @return {@code (1, SIZE, SIZE)}: 255 where changed, 0 elsewhere */
    public Image toPixels() {
        byte[] levels = new byte[AREA];
        for (int i = 0; i < AREA; i++) {
            levels[i] = (byte) (changed[i] ? 255 : 0);
        }
        return new Image(Canvas.SIZE, Canvas.SIZE, 1, levels);
    }

    private ChangeMask filled() {
        boolean[] filled = changed.clone();
        for (int i = 0; i < AREA; i++) {
            filled[i] |= changedNeighbors(i % Canvas.SIZE, i / Canvas.SIZE) >= SURROUNDED;
        }
        return new ChangeMask(filled);
    }

    private int changedNeighbors(int x, int y) {
        int count = 0;
        for (int row = Math.max(0, y - 1); row <= Math.min(Canvas.SIZE - 1, y + 1); row++) {
            for (int column = Math.max(0, x - 1); column <= Math.min(Canvas.SIZE - 1, x + 1); column++) {
                count += changed[row * Canvas.SIZE + column] ? 1 : 0;
            }
        }
        return count - (changed[y * Canvas.SIZE + x] ? 1 : 0);
    }
}
