package org.dualanodiff.pipeline.background;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.pipeline.dataset.DatasetFiles;

/**
 * Where the object masks of one category come from, so that background compensation can paint the object black.
 *
 * @param mode never {@link BackgroundMode#OFF}
 * @param good faultless images: they teach the automatic mask, and are the backgrounds of generated pairs
 * @param masks folder of object masks, {@code <category>/<train|test>/<good|defect>/<stem>.png} or another format, or null for the
 *     automatic mask
 */
public record BackgroundSource(BackgroundMode mode, String category, List<URI> good, URI masks)
        implements Serializable {

    /** Good images looked at for the automatic mask. */
    private static final int LEARNED_FROM = 8;

    /** Backgrounds that generated pairs are drawn over. */
    private static final int BACKGROUNDS = 32;

    public BackgroundSource {
        good = List.copyOf(good);
    }

    /** Opens the source on the machine that asks. */
    public ObjectMasks open(DatasetFiles files) throws IOException {
        return masks == null ? new Automatic(learned(files)) : new FromFolder(masks, files);
    }

    private AutomaticObjectMask learned(DatasetFiles files) throws IOException {
        AutomaticObjectMask.Trust trust = trust(files);
        return trust.mask()
                .orElseThrow(() -> new IOException(
                        "the good images of %s no longer allow an automatic object mask: %s; did they change during the run?"
                                .formatted(category, trust.reason())));
    }

    /** What the first good images say of the automatic mask; the same on every machine. */
    AutomaticObjectMask.Trust trust(DatasetFiles files) throws IOException {
        List<BufferedImage> images = new ArrayList<>();
        for (URI uri : good.subList(0, Math.min(LEARNED_FROM, good.size()))) {
            images.add(files.image(uri));
        }
        return AutomaticObjectMask.of(images);
    }

    /** The object mask of any image of the category. */
    public sealed interface ObjectMasks permits FromFolder, Automatic {
        /**
         * @return grey, bright on the object, of the photograph's size
         * @throws IOException if there is no mask of this image, or one of another size
         */
        BufferedImage of(URI image, BufferedImage photograph) throws IOException;
    }

    private record Automatic(AutomaticObjectMask mask) implements ObjectMasks {
        @Override
        public BufferedImage of(URI image, BufferedImage photograph) {
            return mask.mask(photograph);
        }
    }

    /** The good images that backgrounds are made of. */
    public List<URI> backgrounds() {
        return good.subList(0, Math.min(BACKGROUNDS, good.size()));
    }
}
