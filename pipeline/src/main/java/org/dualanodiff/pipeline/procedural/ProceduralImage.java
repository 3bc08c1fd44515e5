package org.dualanodiff.pipeline.procedural;

import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;

/**
 * One drawn picture with its words.
 *
 * @param object    what is seen
 * @param defect    what is wrong with it; empty if nothing is
 * @param image     {@code (3, SIDE, SIDE)}, as photographed
 * @param mask      {@code (1, SIDE, SIDE)}: 255 where a defect visibly changed the picture, 0 elsewhere
 * @param faultless {@code (3, SIDE, SIDE)}: the same specimen, light and noise without the defect; equals the image
 *                  outside of the mask
 */
public record ProceduralImage(String object, Optional<String> defect, Image image, Image mask, Image faultless) {
    /** Height and width in pixels. */
    public static final int SIDE = Canvas.SIZE;

    private static final int AREA = SIDE * SIDE;
    /** Levels; a smaller change drowns in the sensor's noise. */
    private static final int VISIBLE = 6;
    /** Of eight: a pixel amid changed ones belongs to them even if its own level happens to be the same. */
    private static final int SURROUNDED = 5;

    /** A photograph of a thing without a defect; its mask is empty. */
    static ProceduralImage faultless(String object, byte[] levels) {
        Image image = new Image(SIDE, SIDE, 3, levels);
        return new ProceduralImage(object, Optional.empty(), image, new Mask(SIDE, SIDE, new boolean[AREA]).image(), image);
    }

    /**
     * Draws a defect of a kind until it covers a fitting share of this faultless picture.
     *
     * @param scene    what is seen
     * @param camera   the one that it is seen through
     * @param smallest share, 0..1
     * @return empty if none fitted
     */
    Optional<ProceduralImage> with(
            Defect kind,
            Scene scene,
            Camera camera,
            double smallest,
            double largest,
            int attempts,
            PictureRandom random) {
        for (int attempt = 0; attempt < attempts; attempt++) {
            byte[] faulty = camera.expose(kind.on(scene, random));
            boolean[] changed = filled(filled(changed(image.levels(), faulty)));
            Mask mask = new Mask(SIDE, SIDE, changed);
            if (mask.share() >= smallest && mask.share() <= largest) {
                // Outside of the mask the faultless picture, so that nothing else differs.
                for (int i = 0; i < faulty.length; i++) {
                    faulty[i] = changed[i % AREA] ? faulty[i] : image.levels()[i];
                }
                Image composed = new Image(SIDE, SIDE, 3, faulty);
                return Optional.of(
                        new ProceduralImage(object, Optional.of(kind.name()), composed, mask.image(), image));
            }
        }
        return Optional.empty();
    }

    private static boolean[] changed(byte[] before, byte[] after) {
        boolean[] changed = new boolean[AREA];
        for (int i = 0; i < before.length; i++) {
            changed[i % AREA] |= Math.abs((before[i] & 0xff) - (after[i] & 0xff)) > VISIBLE;
        }
        return changed;
    }

    private static boolean[] filled(boolean[] changed) {
        boolean[] filled = changed.clone();
        for (int i = 0; i < AREA; i++) {
            filled[i] |= changedNeighbors(changed, i % SIDE, i / SIDE) >= SURROUNDED;
        }
        return filled;
    }

    private static int changedNeighbors(boolean[] changed, int x, int y) {
        int count = changed[y * SIDE + x] ? -1 : 0;
        for (int row = Math.max(0, y - 1); row <= Math.min(SIDE - 1, y + 1); row++) {
            for (int column = Math.max(0, x - 1); column <= Math.min(SIDE - 1, x + 1); column++) {
                count += changed[row * SIDE + column] ? 1 : 0;
            }
        }
        return count;
    }
}
