package org.dualanodiff.jobs.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.random.NoiseSource;

/**
 * Photographs of 1024 x 1024 px of a plate of brushed metal on a dark ground, and pits of 12 px in its lower left quarter;
 * MVTec AD layout, category {@code plate}, defect {@code pit}.
 */
final class SmallDefects {

    static final int SIDE = 1024;
    static final int DIAMETER = 12;
    private static final int FIRST = 162;
    private static final int LAST = 862;

    private SmallDefects() {}

    static void write(Path root, int good, int defects) throws IOException {
        Path folder = root.resolve("plate");
        for (int i = 0; i < good; i++) {
            save(folder.resolve("train/good/%03d.png".formatted(i)), plate("good", i));
        }
        for (int i = 0; i < defects; i++) {
            float[] at = NoiseSource.gaussian(2, "pit", Integer.toString(i));
            int x = Math.round(350 + 40 * Math.max(-2, Math.min(2, at[0])));
            int y = Math.round(680 + 40 * Math.max(-2, Math.min(2, at[1])));
            byte[] mask = pit(x, y);
            Image plate = plate("pit", i);
            for (int k = 0; k < 3 * mask.length; k++) {
                int level = plate.levels()[k] & 0xff;
                plate.levels()[k] = (byte) (mask[k % mask.length] == 0 ? level : level / 4);
            }
            save(folder.resolve("test/pit/%03d.png".formatted(i)), plate);
            save(folder.resolve("ground_truth/pit/%03d_mask.png".formatted(i)), new Image(SIDE, SIDE, 1, mask));
        }
    }

    private static byte[] pit(int x, int y) {
        byte[] mask = new byte[SIDE * SIDE];
        for (int i = 0; i < mask.length; i++) {
            boolean inside = Math.hypot(i % SIDE - x + 0.5, i / SIDE - y + 0.5) <= DIAMETER / 2.0;
            mask[i] = (byte) (inside ? 255 : 0);
        }
        return mask;
    }

    /** Grain along the rows, light that falls off to the right. */
    private static Image plate(String kind, int number) {
        float[] grain = NoiseSource.gaussian(SIDE * SIDE, "plate", kind, Integer.toString(number));
        byte[] levels = new byte[3 * SIDE * SIDE];
        float streak = 0;
        for (int i = 0; i < SIDE * SIDE; i++) {
            streak = 0.9f * streak + 0.4f * grain[i];
            boolean on = Math.min(i % SIDE, i / SIDE) >= FIRST && Math.max(i % SIDE, i / SIDE) <= LAST;
            float level = on ? 170 - 30f * (i % SIDE) / SIDE + 5 * streak : 25 + grain[i];
            for (int c = 0; c < 3; c++) {
                levels[c * SIDE * SIDE + i] = (byte) Math.max(0, Math.min(255, Math.round(level + (on ? 3 * c : 0))));
            }
        }
        return new Image(SIDE, SIDE, 3, levels);
    }

    private static void save(Path file, Image pixels) throws IOException {
        Files.createDirectories(file.getParent());
        Files.write(file, PngCodec.encode(pixels.buffered()));
    }
}
