package org.dualanodiff.pipeline.export;

import java.util.Random;
import org.dualanodiff.model.image.Image;

/** Masks drawn with characters or at random. */
final class TestMasks {

    private TestMasks() {}

    /** Rows of one length; {@code #} is defect. */
    static Image of(String... rows) {
        int width = rows[0].length();
        byte[] levels = new byte[width * rows.length];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (rows[i / width].charAt(i % width) == '#' ? 255 : 0);
        }
        return new Image(width, rows.length, 1, levels);
    }

    /** Every pixel is defect with the same chance, so that holes, islands in holes and touching corners abound. */
    static Image random(long seed) {
        Random random = new Random(seed);
        int width = 1 + random.nextInt(12);
        int height = 1 + random.nextInt(12);
        double density = random.nextDouble();
        byte[] levels = new byte[width * height];
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) (random.nextDouble() < density ? 255 : 0);
        }
        return new Image(width, height, 1, levels);
    }

    static int area(Image mask) {
        int area = 0;
        for (byte level : mask.levels()) {
            area += level == 0 ? 0 : 1;
        }
        return area;
    }
}
