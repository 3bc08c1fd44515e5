package org.dualanodiff.pipeline.procedural;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.procedural.Camera.Exposure;
import org.dualanodiff.pipeline.procedural.ProceduralCorpus.ProceduralImage;
import org.dualanodiff.pipeline.procedural.Product.Capsule;
import org.dualanodiff.pipeline.procedural.Product.Cloth;
import org.dualanodiff.pipeline.procedural.Product.HexNut;
import org.dualanodiff.pipeline.procedural.Product.Wood;

/**
 * Writes procedural products (two textures, two objects, three defect types each) in the MVTec AD layout:
 * {@code PRODUCT/train/good/000.png}, {@code PRODUCT/test/{good,DEFECT}/000.png} and
 * {@code PRODUCT/ground_truth/DEFECT/000_mask.png}. Pictures are 128 x 128 RGB, masks 0 or 255.
 *
 * <p>Every picture depends only on the seed, its product, its folder and its number: a larger data set begins with the
 * pictures of a smaller one.
 */
public final class SampleDataset {
    /** Of what is drawn: raised when a picture changes, so that a cache of earlier ones is not taken for these. */
    public static final int VERSION = 2;

    static final List<Product> TEXTURES = List.of(Cloth.PRODUCT, Wood.PRODUCT);
    static final List<Product> OBJECTS = List.of(HexNut.PRODUCT, Capsule.PRODUCT);
    /** All, in a fixed order. */
    static final List<Product> PRODUCTS =
            Stream.of(TEXTURES, OBJECTS).flatMap(List::stream).toList();

    private static final double SMALLEST_COVERAGE = 0.02;
    private static final double LARGEST_COVERAGE = 0.15;
    private static final int ATTEMPTS = 200;

    private final Path root;
    private final long seed;
    private int images;
    private int masks;

    private SampleDataset(Path root, long seed) {
        this.root = root;
        this.seed = seed;
    }

    /** Names of all products. */
    public static List<String> products() {
        return PRODUCTS.stream().map(Product::name).toList();
    }

    /** Writes all products. */
    public static Written write(Path out, long seed, Size size) throws IOException {
        return write(out, seed, size, products());
    }

    /**
     * Writes some products.
     *
     * @param out made if it is not there
     * @throws UserError if a product's folder is already there, nothing is overwritten then, or
     *     if a name is none of {@link #products()}
     */
    public static Written write(Path out, long seed, Size size, List<String> products) throws IOException {
        List<Product> chosen = products.stream().map(SampleDataset::named).toList();
        SampleDataset dataset = new SampleDataset(out, seed);
        for (Product product : chosen) {
            dataset.requireAbsent(product);
        }
        for (Product product : chosen) {
            dataset.writeProduct(product, size);
        }
        return new Written(List.copyOf(products), dataset.images, dataset.masks);
    }

    private static Product named(String name) {
        return PRODUCTS.stream()
                .filter(product -> product.name().equals(name))
                .findFirst()
                .orElseThrow(() ->
                        new UserError("No sample product is called \"%s\"; there are %s".formatted(name, products())));
    }

    /** A faultless specimen. */
    static ProceduralImage good(Product product, long seed) {
        return exposure(product, PictureRandom.of(seed)).faultless();
    }

    /** A specimen with one defect, drawn again until it covers 2 to 15 % of the picture. */
    static ProceduralImage defective(Product product, Defect defect, long seed) {
        PictureRandom random = PictureRandom.of(seed);
        return exposure(product, random)
                .with(defect, SMALLEST_COVERAGE, LARGEST_COVERAGE, ATTEMPTS, random)
                .orElseThrow(() -> new IllegalStateException("No %s of fitting size on %s in %d attempts, seed %d"
                        .formatted(defect.name(), product.name(), ATTEMPTS, seed)));
    }

    private static Exposure exposure(Product product, PictureRandom random) {
        Scene scene = product.specimen().draw(random);
        return new Exposure(product.name(), scene, Camera.ofSamples(random));
    }

    private void requireAbsent(Product product) {
        Path folder = root.resolve(product.name());
        if (Files.exists(folder)) {
            throw new UserError(folder
                    + " is there already; the sample data set does not overwrite: remove it or name another folder");
        }
    }

    private void writeProduct(Product product, Size size) throws IOException {
        write(product, "train", "good", size.trainGood(), seed -> good(product, seed));
        write(product, "test", "good", size.testGood(), seed -> good(product, seed));
        for (Defect defect : product.defects()) {
            folder(product, "ground_truth", defect.name());
            write(product, "test", defect.name(), size.perDefect(), seed -> defective(product, defect, seed));
        }
    }

    private void write(Product product, String split, String kind, int count, LongFunction<ProceduralImage> draw)
            throws IOException {
        Path folder = folder(product, split, kind);
        for (int i = 0; i < count; i++) {
            ProceduralImage drawn = draw.apply(seedOf(product, split, kind, i));
            write(folder, "%03d.png", i, drawn.image());
            images++;
            if (drawn.defect().isPresent()) {
                write(folder(product, "ground_truth", kind), "%03d_mask.png", i, drawn.mask());
                masks++;
            }
        }
    }

    private static void write(Path folder, String name, int index, Image image) throws IOException {
        Files.write(folder.resolve(String.format(Locale.ROOT, name, index)), PngCodec.encode(image.buffered()));
    }

    private Path folder(Product product, String split, String kind) throws IOException {
        return Files.createDirectories(
                root.resolve(product.name()).resolve(split).resolve(kind));
    }

    private long seedOf(Product product, String split, String kind, int index) {
        return Noise.hash(seed, product.name().hashCode(), split.hashCode(), kind.hashCode(), index);
    }

    /**
     * How many pictures of each product.
     *
     * @param trainGood faultless ones to train on
     * @param testGood  faultless ones to test on
     * @param perDefect faulty ones of each defect type
     */
    public record Size(int trainGood, int testGood, int perDefect) {
        public Size {
            if (trainGood < 0 || testGood < 0 || perDefect < 0) {
                throw new IllegalArgumentException(
                        "Numbers of pictures must not be negative, were trainGood %d, testGood %d, perDefect %d"
                                .formatted(trainGood, testGood, perDefect));
            }
        }

        /** About the size of an MVTec AD category: 200 + 20 faultless, 30 a defect. */
        public static Size standard() {
            return new Size(200, 20, 30);
        }

        /** Enough for a demonstration or a test: 12 + 4 faultless, 15 a defect. */
        public static Size small() {
            return new Size(12, 4, 15);
        }
    }

    /**
     * What was written.
     *
     * @param products folder names, in the order written
     * @param images   pictures, masks not counted
     * @param masks    ground-truth masks
     */
    public record Written(List<String> products, int images, int masks) {}
}
