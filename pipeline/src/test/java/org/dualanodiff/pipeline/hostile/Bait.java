package org.dualanodiff.pipeline.hostile;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;

/** Files outside of everything that a hostile input may reach: a picture, a mask and a text. */
public record Bait(Path folder) {
    private static final int COLOR = 0xFFFF01FE;
    private static final String TEXT = "what nobody else may see";

    static Bait lay(Path folder) throws IOException {
        Files.createDirectories(folder.resolve("tile/test/crack"));
        Bait bait = new Bait(folder);
        BufferedImage picture = new BufferedImage(24, 16, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = picture.createGraphics();
        graphics.setColor(new Color(COLOR));
        graphics.fillRect(0, 0, 24, 16);
        ImageIO.write(picture, "png", bait.picture().toFile());
        BufferedImage mask = new BufferedImage(24, 16, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(3, 3, 0, 255);
        ImageIO.write(mask, "png", bait.mask().toFile());
        Files.copy(bait.picture(), folder.resolve("tile/test/crack/a.png"));
        Files.writeString(bait.text(), TEXT);
        return bait;
    }

    public Path picture() {
        return folder.resolve("secret.png");
    }

    public Path mask() {
        return folder.resolve("secret_mask.png");
    }

    public Path text() {
        return folder.resolve("secret.txt");
    }

    /** What a program would write that was executed. */
    public Path trace() {
        return folder.resolve("executed");
    }

    /** Nothing was deleted, changed, or added. */
    void requireUntouched() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<String> files = all.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
            if (!files.equals(List.of("secret.png", "secret.txt", "secret_mask.png", "tile/test/crack/a.png"))) {
                throw new AssertionError("outside there is now " + files);
            }
        }
        if (!Files.readString(text()).equals(TEXT)) {
            throw new AssertionError("the file outside was written to");
        }
    }

    /** No file below a folder holds the bait, as it is or as a picture. */
    public void requireNowhereIn(Path exported) throws IOException {
        if (!Files.exists(exported)) {
            return;
        }
        try (Stream<Path> all = Files.walk(exported)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                byte[] bytes = Files.readAllBytes(file);
                if (Arrays.equals(bytes, Files.readAllBytes(picture()))
                        || new String(bytes, java.nio.charset.StandardCharsets.UTF_8).contains(TEXT)
                        || isPicture(file.toFile())) {
                    throw new AssertionError(file + " holds a file from outside");
                }
            }
        }
    }

    /** Whether a file shows the same as the bait. */
    static boolean isPicture(File file) {
        try {
            BufferedImage image = file.getName().endsWith(".png") ? ImageIO.read(file) : null;
            return image != null && image.getRGB(0, 0) == COLOR;
        } catch (IOException e) {
            return false;
        }
    }
}
