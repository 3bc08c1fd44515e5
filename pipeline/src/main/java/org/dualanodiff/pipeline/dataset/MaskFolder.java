package org.dualanodiff.pipeline.dataset;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The masks of one defect, found by the name of their image: {@code <stem>_mask.<ext>}, else {@code <stem>.<ext>}. */
final class MaskFolder {
    private final List<FileEntry> masks;
    private final Map<String, FileEntry> byStem = new HashMap<>();

    /** Of several masks with one stem the first in {@code masks} counts. */
    MaskFolder(List<FileEntry> masks) {
        this.masks = List.copyOf(masks);
        masks.forEach(mask -> byStem.putIfAbsent(mask.stem(), mask));
    }

    Optional<FileEntry> maskOf(FileEntry image) {
        return Optional.ofNullable(byStem.get(image.stem() + "_mask"))
                .or(() -> Optional.ofNullable(byStem.get(image.stem())));
    }

    /** Masks that none of the images takes. */
    List<FileEntry> orphans(List<FileEntry> images) {
        Set<FileEntry> taken = new HashSet<>();
        images.forEach(image -> maskOf(image).ifPresent(taken::add));
        return masks.stream().filter(mask -> !taken.contains(mask)).toList();
    }
}
