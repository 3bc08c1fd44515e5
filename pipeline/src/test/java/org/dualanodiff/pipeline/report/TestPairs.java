package org.dualanodiff.pipeline.report;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/** Pictures of a grainy plate with a dark spot on it, and the spot's mask. */
final class TestPairs {

    private TestPairs() {}

    static BufferedImage image(int seed, int width, int height) {
        Random random = new Random(seed);
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
        for (int i = 0; i < width * height; i++) {
            int level = 120 + random.nextInt(50);
            image.setRGB(i % width, i / width, new Color(level, level, level - 20).getRGB());
        }
        fillSpot(image, seed, new Color(40, 20, 20));
        return image;
    }

    static BufferedImage mask(int seed, int width, int height) {
        BufferedImage mask = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        fillSpot(mask, seed, Color.WHITE);
        return mask;
    }

    private static void fillSpot(BufferedImage image, int seed, Color color) {
        Graphics2D graphics = image.createGraphics();
        graphics.setColor(color);
        int side = Math.min(image.getWidth(), image.getHeight());
        int size = side / 8 + seed % 5 * side / 20;
        graphics.fillOval(side / 4 + seed % 3 * side / 8, side / 4 + seed % 4 * side / 8, size, size);
        graphics.dispose();
    }

    static PairGroup group(String title, int pairs, int side) {
        return new PairGroup(
                title,
                IntStream.range(0, pairs)
                        .mapToObj(i -> PairThumbnail.of(
                                "pair " + i, image(i, 2 * side, 2 * side), mask(i, 2 * side, 2 * side), side))
                        .toList());
    }

    static List<PairGroup> realAndGenerated(int side) {
        return List.of(group("real", 4, side), group("generated", 8, side));
    }
}
