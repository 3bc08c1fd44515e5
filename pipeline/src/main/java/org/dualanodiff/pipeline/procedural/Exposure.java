package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Canvas.AREA;
import static org.dualanodiff.pipeline.procedural.Canvas.SIZE;

import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;

/** A faultless scene through a camera, and the same with a defect. */
final class Exposure {
    /** Levels; a smaller change drowns in the sensor's noise. */
    private static final int VISIBLE = 6;
    /** Of eight: a pixel amid changed ones belongs to them even if its own level happens to be the same. */
    private static final int SURROUNDED = 5;

    private final String object;
    private final Scene scene;
    private final Camera camera;
    private final byte[] levels;

    /** @param object what is seen, a word */
    Exposure(String object, Scene scene, Camera camera) {
        this.object = object;
        this.scene = scene;
        this.camera = camera;
        this.levels = camera.expose(scene.canvas());
    }

    ProceduralImage faultless() {
        return image(Optional.empty(), levels, new Mask(SIZE, SIZE, new boolean[AREA]));
    }

    /**
     * Draws a defect of a kind until it covers a fitting share of the picture.
     *
     * @param smallest share, 0..1
     * @return empty if none fitted
     */
    Optional<ProceduralImage> with(Defect kind, double smallest, double largest, int attempts, PictureRandom random) {
        for (int attempt = 0; attempt < attempts; attempt++) {
            byte[] faulty = camera.expose(kind.on(scene, random));
            Mask mask = new Mask(SIZE, SIZE, filled(filled(changed(faulty))));
            if (mask.share() >= smallest && mask.share() <= largest) {
                // Outside of the mask the faultless picture, so that nothing else differs.
                for (int i = 0; i < faulty.length; i++) {
                    faulty[i] = mask.set()[i % AREA] ? faulty[i] : levels[i];
                }
                return Optional.of(image(Optional.of(kind.name()), faulty, mask));
            }
        }
        return Optional.empty();
    }

    private ProceduralImage image(Optional<String> defect, byte[] seen, Mask mask) {
        return new ProceduralImage(
                object, defect, new Image(SIZE, SIZE, 3, seen), mask.image(), new Image(SIZE, SIZE, 3, levels));
    }

    private boolean[] changed(byte[] faulty) {
        boolean[] changed = new boolean[AREA];
        for (int i = 0; i < faulty.length; i++) {
            changed[i % AREA] |= Math.abs((levels[i] & 0xff) - (faulty[i] & 0xff)) > VISIBLE;
        }
        return changed;
    }

    private static boolean[] filled(boolean[] changed) {
        boolean[] filled = changed.clone();
        for (int i = 0; i < AREA; i++) {
            filled[i] |= changedNeighbors(changed, i % SIZE, i / SIZE) >= SURROUNDED;
        }
        return filled;
    }

    private static int changedNeighbors(boolean[] changed, int x, int y) {
        int count = changed[y * SIZE + x] ? -1 : 0;
        for (int row = Math.max(0, y - 1); row <= Math.min(SIZE - 1, y + 1); row++) {
            for (int column = Math.max(0, x - 1); column <= Math.min(SIZE - 1, x + 1); column++) {
                count += changed[row * SIZE + column] ? 1 : 0;
            }
        }
        return count;
    }
}
