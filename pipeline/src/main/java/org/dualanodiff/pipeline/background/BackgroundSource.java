package org.dualanodiff.pipeline.background;

import java.awt.image.BufferedImage;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.TrainingTransform;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.sampling.CleanBackgrounds;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.ImageDecoder;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;

/**
 * Where the object masks of one category come from, so that background compensation can paint the object black.
 *
 * @param mode never {@link BackgroundMode#OFF}
 * @param good faultless images: they teach the automatic mask, and are the backgrounds of generated pairs
 * @param masks those that somebody made, or null for the automatic mask
 */
public record BackgroundSource(BackgroundMode mode, String category, List<URI> good, MaskFolder masks)
        implements Serializable {

    /** Backgrounds that generated pairs are drawn over. */
    private static final int BACKGROUNDS = 32;

    public BackgroundSource {
        good = List.copyOf(good);
    }

    /** Opens the source on the machine that asks. */
    public ObjectMasks open(DatasetFiles files) throws IOException {
        return masks == null ? new Automatic(learned(files)) : new FromFolder(masks, category, files);
    }

    /**
     * What tells the object masks of these images from others, wherever they lie.
     *
     * @param images in a fixed order
     */
    public String maskFingerprint(List<URI> images) {
        if (masks == null) {
            return "automatic";
        }
        Digest digest = new Digest();
        images.forEach(image -> digest.add(masks.sha256s().getOrDefault(image, "none")));
        return digest.hex();
    }

    /** SHA-256 of the object mask of a good image; empty for the automatic mask, and for images whose masks nobody looked at. */
    public Optional<String> maskSha256(URI image) {
        return Optional.ofNullable(masks).map(folder -> folder.sha256s().get(image));
    }

    /**
     * Object masks that somebody made.
     *
     * @param folder that has them as {@code <category>/<train|test>/<good|defect>/<stem>.png} or in another format
     * @param sha256s of the masks' files that were looked at, by the address of their images
     */
    public record MaskFolder(URI folder, Map<URI, String> sha256s) implements Serializable {
        public MaskFolder {
            sha256s = Map.copyOf(sha256s);
        }
    }

    private AutomaticObjectMask learned(DatasetFiles files) throws IOException {
        AutomaticObjectMask.Trust trust = trust(files);
        return trust.mask()
                .orElseThrow(() -> new UnreadableImageException(
                        "the good images of %s no longer allow an automatic object mask: %s; did they change during the run?"
                                .formatted(category, trust.reason())));
    }

    /**
     * What the first good images say of the automatic mask; the same on every machine.
     *
     * @throws UnreadableImageException if all good images are unreadable
     */
    AutomaticObjectMask.Trust trust(DatasetFiles files) throws IOException {
        return AutomaticObjectMask.of(good, files).orElseThrow(() -> noneReadable(good));
    }

    private UnreadableImageException noneReadable(List<URI> images) {
        return new UnreadableImageException(
                "none of %d good images of %s can be read".formatted(images.size(), category));
    }

    /** The object mask of any image of the category. */
    public sealed interface ObjectMasks permits FromFolder, Automatic {
        /**
         * @return grey, bright on the object, of the photograph's size
         * @throws DatasetException if there is no mask of this image, or one that marks nothing or has another size
         */
        BufferedImage of(URI image, BufferedImage photograph) throws IOException;
    }

    private record Automatic(AutomaticObjectMask mask) implements ObjectMasks {
        @Override
        public BufferedImage of(URI image, BufferedImage photograph) {
            return mask.mask(photograph);
        }
    }

    /** Those of the good images that backgrounds are made of. */
    static List<URI> backgrounds(List<URI> good) {
        return good.subList(0, Math.min(BACKGROUNDS, good.size()));
    }

    /**
     * The clean backgrounds that pairs are drawn over: good images with the product painted black.
     *
     * @param side of the working images, in pixels
     * @throws IOException if none of them can be read
     */
    public CleanBackgrounds clean(BaseModel base, DatasetFiles files, int side) throws IOException {
        TrainingTransform transform = new TrainingTransform(side);
        ObjectMasks objects = open(files);
        List<float[]> pictures = new ArrayList<>();
        for (URI uri : backgrounds(good)) {
            Optional<BufferedImage> photograph = files.goodImage(uri);
            if (photograph.isPresent()) {
                BufferedImage object = objects.of(uri, photograph.get());
                pictures.add(transform.background(photograph.get(), object, Flip.NONE));
            }
        }
        if (pictures.isEmpty()) {
            throw noneReadable(backgrounds(good));
        }
        return new CleanBackgrounds(base, pictures, side, mode == BackgroundMode.SCALED);
    }

    /**
     * Object masks that somebody made: {@code <folder>/<category>/<train|test>/<good|defect>/<stem>.<suffix>}, named like the
     * image from its category's folder on, bright on the object.
     */
    record FromFolder(MaskFolder masks, String category, DatasetFiles files) implements BackgroundSource.ObjectMasks {
        private static final int FOLDERS = 3;
        private static final List<String> SUFFIXES = Stream.concat(ImageDecoder.ENDINGS.stream(), Stream.of("gif"))
                .flatMap(ending -> Stream.of(ending, ending.toUpperCase(Locale.ROOT)))
                .toList();

        @Override
        public BufferedImage of(URI image, BufferedImage photograph) throws IOException {
            Found found = find(image)
                    .orElseThrow(() -> new DatasetException(
                            "there is no object mask of %s: expected %s.png, or another image format"
                                    .formatted(image, stem(image))));
            DefectImage.requireSame(
                    URI.create(stem(image)), masks.sha256s().getOrDefault(image, found.sha256()), found.sha256());
            BufferedImage mask = found.mask();
            if (mask.getWidth() != photograph.getWidth() || mask.getHeight() != photograph.getHeight()) {
                throw new DatasetException("the object mask %s has %d x %d pixels, its image %d x %d; make them equal"
                        .formatted(
                                stem(image),
                                mask.getWidth(),
                                mask.getHeight(),
                                photograph.getWidth(),
                                photograph.getHeight()));
            }
            return mask;
        }

        /** SHA-256 of the mask of each image that has one. Every mask is opened once, several at a time. */
        Map<URI, String> sha256s(List<URI> images) throws IOException {
            Map<URI, String> sums = new ConcurrentHashMap<>();
            try {
                images.parallelStream().forEach(image -> sha256(image).ifPresent(sum -> sums.put(image, sum)));
            } catch (UncheckedIOException e) {
                throw e.getCause();
            }
            return sums;
        }

        private Optional<String> sha256(URI image) {
            try {
                return find(image).map(Found::sha256);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private Optional<Found> find(URI image) throws IOException {
            for (String suffix : SUFFIXES) {
                URI mask = URI.create(stem(image) + "." + suffix);
                Optional<byte[]> bytes = read(mask);
                if (bytes.isPresent()) {
                    return Optional.of(new Found(decoded(mask, bytes.get()), Digest.hex(bytes.get())));
                }
            }
            return Optional.empty();
        }

        private record Found(BufferedImage mask, String sha256) {}

        private Optional<byte[]> read(URI mask) throws IOException {
            try {
                return Optional.of(files.within(masks.folder()).read(mask));
            } catch (FileNotFoundException e) {
                return Optional.empty();
            }
        }

        /** One that marks nothing would make everything background without a word. */
        private static BufferedImage decoded(URI mask, byte[] bytes) {
            BufferedImage grey;
            try {
                grey = ImageDecoder.mask(bytes);
            } catch (UnreadableImageException e) {
                throw new DatasetException("the object mask %s is not usable: %s".formatted(mask, e.getMessage()), e);
            }
            if (Mask.of(grey).isEmpty()) {
                throw new DatasetException("the object mask %s marks nothing: bright means 128 and up".formatted(mask));
            }
            return grey;
        }

        /** {@code .../nut/test/crack/007.jpg -> folder/nut/test/crack/007}. */
        private String stem(URI image) {
            String[] parts = image.getRawPath().split("/");
            int last = parts.length - 1;
            String stem = parts[last].replaceFirst("\\.[^.]*$", "");
            // Layouts have different numbers of folders below the category's, and some have none of its name.
            List<String> names = List.of(image.getPath().split("/")).subList(0, last);
            int first = Math.max(1, last - FOLDERS);
            // A defect may be named like its category.
            if (first < last && !names.get(first).equals(category) && names.contains(category)) {
                first = names.lastIndexOf(category);
            }
            List<String> folders = List.of(parts).subList(first, last);
            return Stream.concat(folders.stream(), Stream.of(stem))
                    .collect(Collectors.joining("/", masks.folder() + "/", ""));
        }
    }
}
