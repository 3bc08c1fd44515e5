package org.dualanodiff.pipeline.pretrain;

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
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetFiles.OutsideRootException;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Faultless pictures of one's own products, resized once and kept as 8-bit levels: the middle square of each photograph,
 * and squares at random places and of random sizes, from the model's own to the largest that fits.
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

    private record Own(Image pixels, String product, String name, String sha256) {}

    private OwnImages(List<Own> images) {
        this.images = images;
    }

    /**
     * Reads all pictures below some folders. A picture that cannot be read is left out, with a warning.
     *
     * @param side of the square pictures
     * @param seed of the random squares
     * @throws DatasetException if a folder holds no readable picture
     */
    static OwnImages read(Pretrain.Settings.Photographs own, int side, long seed) throws IOException {
        List<Own> images = new ArrayList<>();
        for (Path folder : own.folders().stream().map(Path::of).toList()) {
            int before = images.size();
            DatasetFiles files = DatasetFiles.below(folder);
            for (Path file : files(folder)) {
                read(file, files, new Squares(side, own.crops(), seed), images);
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

    private static void read(Path file, DatasetFiles files, Squares squares, List<Own> images) throws IOException {
        try {
            byte[] bytes = files.read(file.toUri());
            Image photograph = Image.rgb(ImageDecoder.image(bytes));
            String sha256 = Fingerprint.ofBytes(bytes).hex();
            for (Image square : squares.of(photograph, file.getFileName().toString())) {
                images.add(new Own(square, product(file), file.toString(), sha256));
            }
        } catch (UnreadableImageException | OutsideRootException e) {
            LOG.warn("{} is left out: {}", file, e.getMessage());
        }
    }

    private record Squares(int side, int crops, long seed) {

        List<Image> of(Image photograph, String name) {
            UniformRandomProvider random = NoiseSource.generator("squares", Long.toString(seed), name);
            List<Image> squares = new ArrayList<>();
            squares.add(PilResize.centerCrop(PilResize.resizeShorterSide(photograph, side), side));
            for (int i = 0; i < crops; i++) {
                squares.add(random(photograph, random));
            }
            return squares;
        }

        private Image random(Image photograph, UniformRandomProvider random) {
            int largest = Math.min(photograph.width(), photograph.height());
            int smallest = Math.min(side, largest);
            int cut = smallest + random.nextInt(largest - smallest + 1);
            int left = random.nextInt(photograph.width() - cut + 1);
            int top = random.nextInt(photograph.height() - cut + 1);
            return PilResize.resize(photograph.crop(left, top, cut, cut), side, side);
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

    Image pixels(int index) {
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
