package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Data sets of small plates with dark spots, each picture another one, below a folder. */
record Plates(Path root) {
    static final int WIDTH = 48;
    static final int HEIGHT = 40;

    /** Pixels of the square that {@link #mask} marks. */
    static final int SPOT = 10 * 12;

    void picture(String file) throws IOException {
        int number = file.hashCode();
        BufferedImage plate = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
        for (int y = 0; y < HEIGHT; y++) {
            for (int x = 0; x < WIDTH; x++) {
                int level = 90 + (int) (40 * Math.sin((x + number % 97) / 5.0) + (number >> 8 & 31) * (y % 3) / 3.0);
                plate.setRGB(x, y, level << 16 | level - 10 << 8 | level + 9);
            }
        }
        String extension = file.substring(file.lastIndexOf('.') + 1).toLowerCase(java.util.Locale.ROOT);
        write(file, TestImages.encode(plate, extension.startsWith("tif") ? "tiff" : extension));
    }

    /** Grey, with {@link #SPOT} pixels of one level. */
    static BufferedImage mask(int level) {
        return mask(BufferedImage.TYPE_BYTE_GRAY, level);
    }

    static BufferedImage mask(int type, int level) {
        BufferedImage mask = new BufferedImage(WIDTH, HEIGHT, type);
        rectangle(mask, 8, 6, level);
        return mask;
    }

    static void rectangle(BufferedImage mask, int left, int top, int level) {
        for (int y = top; y < top + 12; y++) {
            for (int x = left; x < left + 10; x++) {
                mask.getRaster().setSample(x, y, 0, level);
            }
        }
    }

    /** Four squares, of classes that a palette colors. */
    static BufferedImage colored() {
        byte[] red = {0, (byte) 250, 0, 0, 1};
        byte[] green = {0, 50, 0, (byte) 240, 0};
        byte[] blue = {0, 83, (byte) 128, 0, 3};
        BufferedImage mask = new BufferedImage(
                WIDTH, HEIGHT, BufferedImage.TYPE_BYTE_INDEXED, new IndexColorModel(8, 5, red, green, blue));
        for (int k = 0; k < 4; k++) {
            rectangle(mask, 2 + 11 * k, 4 + 7 * k, k + 1);
        }
        return mask;
    }

    void mask(String file) throws IOException {
        mask(file, mask(255));
    }

    void mask(String file, BufferedImage mask) throws IOException {
        write(file, TestImages.encode(mask, file.substring(file.lastIndexOf('.') + 1)));
    }

    void text(String file, String text) throws IOException {
        write(file, text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    void write(String file, byte[] bytes) throws IOException {
        Path path = root.resolve(file);
        Files.createDirectories(path.getParent());
        Files.write(path, bytes);
    }

    /** Good images and, of the defect {@code spot}, images without masks yet, in the layout of MVTec AD. */
    void mvtec(String category, int defects) throws IOException {
        for (int i = 0; i < 3; i++) {
            picture("%s/train/good/%03d.png".formatted(category, i));
        }
        for (int i = 0; i < defects; i++) {
            picture("%s/test/spot/%03d.png".formatted(category, i));
        }
    }

    Dataset read() {
        return read("");
    }

    Dataset read(String below) {
        return new DatasetReader(new Configuration())
                .read(new DatasetRequest(
                        root.resolve(below).toString(), List.of(), List.of(), new SplitRule.First(1000)));
    }

    /** Marked pixels of an image of a set that has it alone, or of the first. */
    static long area(DefectSet set) throws IOException {
        BufferedImage mask = set.training().get(0).openMask(new DatasetFiles(new Configuration()));
        long area = 0;
        for (int y = 0; y < mask.getHeight(); y++) {
            for (int x = 0; x < mask.getWidth(); x++) {
                area += mask.getRaster().getSample(x, y, 0) >= 128 ? 1 : 0;
            }
        }
        return area;
    }
}
