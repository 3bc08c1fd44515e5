package org.dualanodiff.pipeline.export;

import java.util.Random;
import org.dualanodiff.model.mask.Mask;

/** Masks drawn with characters or at random. */
final class TestMasks {

    private TestMasks() {}

    /** Rows of one length; {@code #} is defect. */
    static Mask of(String... rows) {
        int width = rows[0].length();
        return Mask.where(width, rows.length, i -> rows[i / width].charAt(i % width) == '#');
    }

    /** Every pixel is defect with the same chance, so that holes, islands in holes and touching corners abound. */
    static Mask random(long seed) {
        Random random = new Random(seed);
        int width = 1 + random.nextInt(12);
        int height = 1 + random.nextInt(12);
        double density = random.nextDouble();
        return Mask.where(width, height, i -> random.nextDouble() < density);
    }
}
