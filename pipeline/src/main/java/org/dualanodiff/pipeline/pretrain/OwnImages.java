package org.dualanodiff.pipeline.pretrain;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.crop.DefectCrops;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetFiles.OutsideRootException;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pictures of one's own products, resized once and kept as 8-bit levels. Of a faultless one: the middle square, and squares
 * at random places and of random sizes, from the model's own to the largest that fits. Of one with a defect: the squares
 * that an adapter would learn from, with their masks.
 *
 * <p>Where pictures come from folders, the name of a picture's product is that of its folder, or of the nearest folder above
 * that is not called {@code good}, {@code train}, {@code test} or the like. So both {@code bottle/train/good} and {@code
 * photos/bottle} hold bottles. In a data set it is the category.
 */
final class OwnImages {

    private static final Logger LOG = LoggerFactory.getLogger(OwnImages.class);
    private static final Set<String> NOT_PRODUCTS = Set.of("good", "ok", "train", "test", "val", "images", "normal");

    private final int side;
    private final Squares squares;
    private final List<Own> images = new ArrayList<>();
    private final List<OwnDefect> defects = new ArrayList<>();
    /** By name, each file once. */
    private final SortedMap<String, String> hashes = new TreeMap<>();

    private record Own(Image pixels, String product) {}

    /**
     * A defect of one's own.
     *
     * @param image {@code (3, side, side)}
     * @param mask {@code (1, side, side)}, 255 on the defect and 0 elsewhere
     */
    record OwnDefect(Image image, Image mask, String product, String defect) {}

    private OwnImages(int side, Squares squares) {
        this.side = side;
        this.squares = squares;
    }

    /**
     * Reads all pictures below some folders, and those of a data set that are for training. A picture that cannot be read is
     * left out, with a warning.
     *
     * @param hadoop how to reach the data set
     * @param side of the square pictures
     * @param seed of the random squares
     * @throws DatasetException if a folder holds no readable picture, or the data set cannot be read
     * @throws org.dualanodiff.pipeline.UserError if a category of the data set has nothing to train on
     */
    static OwnImages read(Pretrain.Settings.Photographs own, Configuration hadoop, int side, long seed)
            throws IOException {
        OwnImages read = new OwnImages(side, new Squares(side, own.crops(), seed));
        for (Path folder : own.folders().stream().map(Path::of).toList()) {
            int before = read.images.size();
            DatasetFiles files = DatasetFiles.below(folder);
            for (Path file : files(folder)) {
                read.addFaultless(file.toUri(), file.toString(), product(file), files);
            }
            if (read.images.size() == before) {
                throw new DatasetException(
                        "folder %s holds no readable picture (%s)".formatted(folder, ImageDecoder.ENDINGS));
            }
        }
        if (own.labelled().isPresent()) {
            read.addTrainingSplit(own.labelled().get(), hadoop);
        }
        return read;
    }

    private void addTrainingSplit(Pretrain.Settings.Labelled labelled, Configuration hadoop) throws IOException {
        Dataset dataset = new DatasetReader(hadoop).read(labelled.request());
        dataset.requireUsable(labelled.request().root());
        DatasetFiles files = DatasetFiles.of(hadoop, labelled.request());
        for (Dataset.GoodImages good : dataset.good()) {
            for (URI image : good.training()) {
                addFaultless(image, good.category() + "/good/" + GoodImages.name(image), good.category(), files);
            }
        }
        for (DefectSet set : dataset.sets()) {
            for (DefectSet.DefectImage image : set.training()) {
                addDefect(set, image, labelled, files);
            }
        }
    }

    private void addDefect(
            DefectSet set, DefectSet.DefectImage defect, Pretrain.Settings.Labelled labelled, DatasetFiles files)
            throws IOException {
        BufferedImage photograph = defect.openImage(files);
        BufferedImage mask = defect.openMask(files);
        if (labelled.crops().isPresent()) {
            for (DefectCrops.Pair window :
                    new DefectCrops(labelled.crops().get()).pairs(defect.name(), photograph, mask)) {
                addDefect(set, window.image(), window.mask());
            }
        } else {
            addDefect(set, photograph, mask);
        }
        hashes.put(set.category() + "/" + set.defect() + "/" + defect.name(), defect.imageSha256());
    }

    private void addDefect(DefectSet set, BufferedImage photograph, BufferedImage mask) {
        DetectorPair.views(photograph, mask, side).stream()
                .map(view -> new OwnDefect(view.image(), view.mask().image(), set.category(), set.defect()))
                .forEach(defects::add);
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
        return Files.isRegularFile(file)
                && ImageDecoder.isNamedAsImage(file.getFileName().toString());
    }

    private void addFaultless(URI file, String name, String product, DatasetFiles files) throws IOException {
        try {
            byte[] bytes = files.read(file);
            Image photograph = Image.rgb(ImageDecoder.image(bytes, DatasetPath.depth(file)));
            for (Image square : squares.of(photograph, GoodImages.name(file))) {
                images.add(new Own(square, product));
            }
            // Two folders of a data set may hold files of one name.
            hashes.put(
                    hashes.containsKey(name) ? file.toString() : name,
                    Fingerprint.ofBytes(bytes).hex());
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
        return images.isEmpty() && defects.isEmpty();
    }

    /** Faultless ones. */
    int count() {
        return images.size();
    }

    Image pixels(int index) {
        return images.get(index).pixels();
    }

    String product(int index) {
        return images.get(index).product();
    }

    /** Those with a defect; none where only faultless ones were given. */
    List<OwnDefect> defects() {
        return defects;
    }

    /** SHA-256 of each file by its path, or by its place in the data set: who tests on one of them must know. */
    SortedMap<String, String> hashes() {
        return hashes;
    }

    /** SHA-256 over the squares with their names and masks, in hexadecimal. */
    String fingerprint() {
        Digest digest = new Digest();
        images.forEach(own ->
                digest.add(own.product()).add(ByteBuffer.wrap(own.pixels().levels())));
        defects.forEach(own -> digest.add(own.product())
                .add(own.defect())
                .add(ByteBuffer.wrap(own.image().levels()))
                .add(ByteBuffer.wrap(own.mask().levels())));
        return digest.hex();
    }

    List<String> products() {
        return Stream.concat(images.stream().map(Own::product), defects.stream().map(OwnDefect::product))
                .distinct()
                .toList();
    }

    List<String> defectNames() {
        return defects.stream().map(OwnDefect::defect).distinct().toList();
    }
}
