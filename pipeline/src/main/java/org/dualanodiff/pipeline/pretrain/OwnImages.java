package org.dualanodiff.pipeline.pretrain;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.image.Pixels;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.dataset.UnreadableImageException;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faultless pictures of one's own products, resized once and kept as 8-bit levels.
 *
 * <p>The name of a picture's product is that of its folder, or of the nearest folder above that is not called {@code
 * good}, {@code train}, {@code test} or the like. So both {@code bottle/train/good} and {@code photos/bottle} hold
 * bottles.
 */
final class OwnImages {

    private static final Logger LOG = LoggerFactory.getLogger(OwnImages.class);
    private static final Set<String> ENDINGS = Set.of("png", "jpg", "jpeg", "bmp", "tif", "tiff");
    private static final Set<String> NOT_PRODUCTS = Set.of("good", "ok", "train", "test", "val", "images", "normal");

    private final List<Own> images;

    private record Own(Pixels pixels, String product, String name, String sha256) {}

    private OwnImages(List<Own> images) {
        this.images = images;
    }

    /**
     * Reads all pictures below some folders. A picture that cannot be read is left out, with a warning.
     *
     * @param side of the square pictures
     * @throws DatasetException if a folder holds no readable picture
     */
    static OwnImages read(List<Path> folders, int side) throws IOException {
        List<Own> images = new ArrayList<>();
        for (Path folder : folders) {
            int before = images.size();
            for (Path file : files(folder)) {
                read(file, side, images);
            }
            if (images.size() == before) {
                throw new DatasetException("folder %s holds no readable picture (%s)".formatted(folder, ENDINGS));
            }
        }
        return new OwnImages(images);
    }

    private static List<Path> files(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new DatasetException("folder " + folder + " does not exist");
        }
        try (Stream<Path> all = Files.walk(folder)) {
            return all.filter(OwnImages::isPicture).sorted().toList();
        }
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1));
    }

    private static void read(Path file, int side, List<Own> images) throws IOException {
        try {
            byte[] bytes = Files.readAllBytes(file);
            BufferedImage image = ImageDecoder.image(bytes);
            Pixels square = PilResize.centerCrop(PilResize.resizeShorterSide(Pixels.rgb(image), side), side);
            images.add(new Own(
                    square,
                    product(file),
                    file.toString(),
                    Fingerprint.ofBytes(bytes).hex()));
        } catch (UnreadableImageException e) {
            LOG.warn("{} is left out: {}", file, e.getMessage());
        }
    }

    private static String product(Path file) {
        Path folder = file.toAbsolutePath().normalize().getParent();
        while (folder.getParent() != null
                && folder.getParent().getFileName() != null
                && NOT_PRODUCTS.contains(folder.getFileName().toString().toLowerCase(Locale.ROOT))) {
            folder = folder.getParent();
        }
        return folder.getFileName().toString();
    }

    boolean isEmpty() {
        return images.isEmpty();
    }

    int count() {
        return images.size();
    }

    Pixels pixels(int index) {
        return images.get(index).pixels();
    }

    String product(int index) {
        return images.get(index).product();
    }

    /** SHA-256 of each file by its path: who tests on one of them must know. */
    Map<String, String> hashes() {
        return images.stream().collect(Collectors.toMap(Own::name, Own::sha256, (a, b) -> a, TreeMap::new));
    }

    List<String> products() {
        return images.stream().map(Own::product).distinct().toList();
    }
}
