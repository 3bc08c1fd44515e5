package org.dualanodiff.pipeline.dataset;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The masks among files, found by the image that their names speak of: {@code <stem>_mask.<ext>} and other suffixes,
 * numbered ones too, {@code <stem>.<ext>}, or any file in a folder {@code <stem>}. All masks of an image are its mask.
 *
 * @param <T> a file
 */
final class MaskIndex<T> {
    private final Map<String, List<T>> byImage = new HashMap<>();
    private final List<T> orphans = new ArrayList<>();

    /** Where a file lies, in a space that an image shares with its masks, and its name without the extension. */
    record Name(String space, String stem) {
        private String key() {
            return space.isEmpty() ? stem : space + "/" + stem;
        }
    }

    /**
     * @param images names of all images
     * @param masks each with its name, in the order in which they are found; its space may end in a folder named like the image
     */
    MaskIndex(Iterable<Name> images, Map<T, Name> masks) {
        Map<String, String> known = new LinkedHashMap<>();
        for (Name image : images) {
            known.put(image.key(), image.key());
            known.putIfAbsent(image.key().toLowerCase(Locale.ROOT), image.key());
        }
        masks.forEach((mask, name) -> image(name, known)
                .ifPresentOrElse(
                        key -> byImage.computeIfAbsent(key, any -> new ArrayList<>())
                                .add(mask),
                        () -> orphans.add(mask)));
    }

    private static Optional<String> image(Name mask, Map<String, String> known) {
        for (String stem : Words.imagesOf(mask.stem())) {
            String key = new Name(mask.space(), stem).key();
            String found = known.getOrDefault(key, known.get(key.toLowerCase(Locale.ROOT)));
            if (found != null) {
                return Optional.of(found);
            }
        }
        String folder = mask.space();
        return Optional.ofNullable(known.getOrDefault(folder, known.get(folder.toLowerCase(Locale.ROOT))));
    }

    List<T> masksOf(Name image) {
        return byImage.getOrDefault(image.key(), List.of());
    }

    /** Masks that none of the images takes. */
    List<T> orphans() {
        return orphans;
    }
}
