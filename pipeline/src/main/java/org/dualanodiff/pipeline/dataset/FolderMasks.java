package org.dualanodiff.pipeline.dataset;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** The masks in plain folders, found by their image. */
final class FolderMasks {
    private final List<FolderFile> masks;
    private final int level;
    private final Map<String, FolderFile> byKey = new HashMap<>();

    /**
     * Of several masks with one key the first counts.
     *
     * @param level grey level from which a mask marks a pixel
     */
    FolderMasks(List<FolderFile> masks, int level) {
        this.masks = List.copyOf(masks);
        this.level = level;
        for (FolderFile mask : masks) {
            byKey.putIfAbsent(mask.part() + "/" + mask.key(), mask);
        }
    }

    Candidate candidate(FolderFile image) {
        String missing = "no %s_mask.png beside it, and no %s.png in a folder \"masks\""
                .formatted(image.entry().stem(), image.entry().stem());
        Candidate.Mask mask = maskOf(image)
                .<Candidate.Mask>map(file -> new Candidate.Mask.OfFile(file.entry(), file.file(), level))
                .orElse(new Candidate.Mask.None(image.file(), Reason.MASK_MISSING, missing));
        return new Candidate(image.name(), image.file(), image.entry(), mask, image.part());
    }

    /** A mask of the image's own part of the data set, else one of no part. */
    private Optional<FolderFile> maskOf(FolderFile image) {
        return Optional.ofNullable(byKey.get(image.part() + "/" + image.key()))
                .or(() -> Optional.ofNullable(byKey.get(Candidate.Part.UNSAID + "/" + image.key())));
    }

    /** Masks that none of the images takes. */
    List<FolderFile> orphans(List<FolderFile> images) {
        Set<FolderFile> taken = new HashSet<>();
        images.forEach(image -> maskOf(image).ifPresent(taken::add));
        return masks.stream().filter(mask -> !taken.contains(mask)).toList();
    }
}
