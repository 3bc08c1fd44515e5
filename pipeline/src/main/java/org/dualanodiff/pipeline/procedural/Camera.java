package org.dualanodiff.pipeline.procedural;

import static org.dualanodiff.pipeline.procedural.Canvas.AREA;
import static org.dualanodiff.pipeline.procedural.Canvas.SIZE;
import static org.dualanodiff.pipeline.procedural.Field.Interpolation.clamp;

import java.util.Optional;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;

/**
 * What light and sensor do to a picture. Two pictures through the same camera get the same noise, so they differ only
 * where the scene does.
 *
 * @param balance  gain of each channel
 * @param slope    change of light across half the picture
 * @param towards  where the light comes from
 * @param vignette how much darker the corners are
 * @param noise    the sensor's deviation, as a share of white
 * @param sensor   its noise, a function of pixel and channel
 * @param color    whether the sensor sees any
 */
record Camera(Rgb balance, double slope, Point towards, double vignette, double noise, Noise sensor, boolean color) {
    /** Changes nothing: for what was photographed already. */
    static final Camera NEUTRAL = new Camera(Rgb.gray(1), 0, Point.ORIGIN, 0, 0, new Noise(0), true);

    /** One that the sample products are photographed by. */
    static Camera ofSamples(PictureRandom random) {
        return new Camera(
                Rgb.gray(1).varied(random, 0.07),
                random.uniform(0.02, 0.1),
                random.direction(),
                0.1,
                0.013,
                random.noise(),
                true);
    }

    /**
     * Any camera under any light.
     *
     * @param grays share of cameras that see no color, as many over production lines, 0..1
     */
    static Camera random(double grays, PictureRandom random) {
        return new Camera(
                Rgb.gray(random.uniform(0.8, 1.15)).varied(random, 0.08),
                random.uniform(0, 0.2),
                random.direction(),
                random.uniform(0, 0.2),
                random.uniform(0.002, 0.02),
                random.noise(),
                !random.chance(grays));
    }

    /** @return {@code (3, SIZE, SIZE)} 8-bit levels */
    byte[] expose(Canvas canvas) {
        int area = Canvas.AREA;
        byte[] levels = new byte[3 * area];
        for (int i = 0; i < area; i++) {
            Rgb seen = color ? canvas.at(i) : gray(canvas.at(i));
            Rgb light = seen.times(balance).times(illumination(i % Canvas.SIZE, i / Canvas.SIZE));
            levels[i] = level(light.red(), i, 0);
            levels[area + i] = color ? level(light.green(), i, 1) : levels[i];
            levels[2 * area + i] = color ? level(light.blue(), i, 2) : levels[i];
        }
        return levels;
    }

    private static Rgb gray(Rgb color) {
        return Rgb.gray((color.red() + color.green() + color.blue()) / 3);
    }

    private double illumination(int x, int y) {
        double half = Canvas.SIZE / 2.0;
        Point place = new Point((x - Point.CENTER.x()) / half, (y - Point.CENTER.y()) / half);
        return 1 + slope * place.dot(towards) - vignette * place.dot(place) / 2;
    }

    private byte level(double light, int pixel, int channel) {
        return (byte) (int) Math.rint(255 * clamp(light + noise * bell(pixel, channel)));
    }

    /** About normal with deviation 1: the sum of three uniform numbers. */
    private double bell(int pixel, int channel) {
        int row = 3 * channel;
        return 2 * (sensor.unit(pixel, row) + sensor.unit(pixel, row + 1) + sensor.unit(pixel, row + 2) - 1.5);
    }

    /** A faultless scene through a camera, and the same with a defect. */
    static final class Exposure {
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
        Optional<ProceduralImage> with(
                Defect kind, double smallest, double largest, int attempts, PictureRandom random) {
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
}
