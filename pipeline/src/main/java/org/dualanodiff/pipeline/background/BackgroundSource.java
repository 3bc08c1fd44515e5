package org.dualanodiff.pipeline.background;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.mask.ObjectMask;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.ImageDecoder;

/**
 * Where the object masks of one category come from, so that background compensation can paint the object black.
 *
 * @param mode never {@link BackgroundMode#OFF}
 * @param good faultless images: they teach the automatic mask, and are the backgrounds of generated pairs
 * @param masks folder of object masks, {@code <category>/<train|test>/<good|defect>/<stem>.png}, or null for the
 *     automatic mask
 */
public record BackgroundSource(BackgroundMode mode, String category, List<URI> good, URI masks)
        implements Serializable {

    /** Good images looked at for the automatic mask. */
    static final int LEARNED_FROM = 8;

    /** Backgrounds that generated pairs are drawn over. */
    private static final int BACKGROUNDS = 32;

    public BackgroundSource {
        good = List.copyOf(good);
    }

    /** Opens the source on the machine that asks. */
    public ObjectMasks open(DatasetFiles files) throws IOException {
        if (masks != null) {
            return (image, photograph) -> ImageDecoder.mask(files.read(maskOf(image)));
        }
        ObjectMask learned = ObjectMask.learn(read(files, LEARNED_FROM))
                .mask()
                .orElseThrow(() -> new IOException("the good images of " + category + " no longer allow a mask"));
        return (image, photograph) -> learned.mask(photograph);
    }

    /** The mask of one image. */
    @FunctionalInterface
    public interface ObjectMasks {
        BufferedImage of(URI image, BufferedImage photograph) throws IOException;
    }

    /** The good images that backgrounds are made of. */
    public List<URI> backgrounds() {
        return good.subList(0, Math.min(BACKGROUNDS, good.size()));
    }

    List<BufferedImage> read(DatasetFiles files, int most) throws IOException {
        List<BufferedImage> images = new ArrayList<>();
        for (URI uri : good.subList(0, Math.min(most, good.size()))) {
            images.add(ImageDecoder.image(files.read(uri)));
        }
        return images;
    }

    /** {@code .../category/test/crack/007.jpg -> masks/category/test/crack/007.png}. */
    private URI maskOf(URI image) {
        String[] parts = image.getRawPath().split("/");
        int last = parts.length - 1;
        String stem = parts[last].replaceFirst("\\.[^.]*$", "");
        return URI.create(
                "%s/%s/%s/%s/%s.png".formatted(masks, parts[last - 3], parts[last - 2], parts[last - 1], stem));
    }
}
