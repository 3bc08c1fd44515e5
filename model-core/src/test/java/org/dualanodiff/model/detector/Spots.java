package org.dualanodiff.model.detector;

import java.awt.image.BufferedImage;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.random.NoiseSource;

/** Grey pictures of noise, some with a dark disc or a bright square on them: defects that are easy to find. */
final class Spots {

    static final int SIZE = 32;

    private Spots() {}

    record Picture(BufferedImage image, BufferedImage mask) {}

    static List<DetectorPair> dark(int count, String name) {
        return IntStream.range(0, count)
                .mapToObj(i -> pair(picture(name + i, 30, true)))
                .toList();
    }

    static List<DetectorPair> bright(int count, String name) {
        return IntStream.range(0, count)
                .mapToObj(i -> pair(picture(name + i, 230, false)))
                .toList();
    }

    static List<DetectorPair> normals(int count, String name) {
        return IntStream.range(0, count)
                .mapToObj(i -> DetectorPair.normal(ground(NoiseSource.generator(name + i)), SIZE, 1))
                .toList();
    }

    static Picture picture(String name, int level, boolean round) {
        UniformRandomProvider random = NoiseSource.generator(name);
        BufferedImage image = ground(random);
        BufferedImage mask = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
        int x = 6 + random.nextInt(SIZE - 12);
        int y = 6 + random.nextInt(SIZE - 12);
        for (int row = -4; row <= 4; row++) {
            for (int column = -4; column <= 4; column++) {
                if (!round || row * row + column * column <= 16) {
                    image.getRaster().setSample(x + column, y + row, 0, level);
                    mask.getRaster().setSample(x + column, y + row, 0, 255);
                }
            }
        }
        return new Picture(image, mask);
    }

    private static DetectorPair pair(Picture picture) {
        return DetectorPair.of(picture.image(), picture.mask(), SIZE, 1);
    }

    private static BufferedImage ground(UniformRandomProvider random) {
        BufferedImage image = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < SIZE * SIZE; i++) {
            image.getRaster().setSample(i % SIZE, i / SIZE, 0, 110 + random.nextInt(40));
        }
        return image;
    }
}
