package org.dualanodiff.pipeline.procedural;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.LongStream;

/** Faultless procedural products, and where in the picture they are, for tests of other packages. */
public final class Specimens {
    private Specimens() {}

    /** @param product one of {@link SampleDataset#products()} */
    public static BufferedImage photograph(String product, long seed) {
        return SampleDataset.good(named(product), seed).image().buffered();
    }

    public static List<BufferedImage> photographs(String product, long firstSeed, int count) {
        return LongStream.range(firstSeed, firstSeed + count)
                .mapToObj(seed -> photograph(product, seed))
                .toList();
    }

    /** {@code (height, width)}: the drawn outline with what it encloses, as {@link #photograph} of this seed shows it. */
    public static boolean[] outline(String product, long seed) {
        Scene scene = named(product).specimen().draw(PictureRandom.of(seed));
        boolean[] inside = new boolean[Canvas.SIZE * Canvas.SIZE];
        for (int row = 0; row < Canvas.SIZE; row++) {
            int first = row * Canvas.SIZE;
            int from = 0;
            int to = Canvas.SIZE - 1;
            while (from <= to && scene.object().coverage(from, row) < 0.5) {
                from++;
            }
            while (to > from && scene.object().coverage(to, row) < 0.5) {
                to--;
            }
            // Convex outlines: everything between the first and the last pixel of a row is enclosed.
            for (int x = from; x <= to; x++) {
                inside[first + x] = true;
            }
        }
        return inside;
    }

    private static Product named(String name) {
        return SampleDataset.PRODUCTS.stream()
                .filter(product -> product.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
