package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * The good images that a run makes pairs of a category on, or takes their backgrounds from. Which of them a sample gets
 * depends on how many there are, so that one more would change all samples still to be made.
 *
 * @param names fingerprint of the files' names in their order; contents are not read, for there may be thousands
 */
public record GoodImagesBinding(String category, int images, Fingerprint names) {
    public GoodImagesBinding {
        requireNonNull(category, "category");
        requireNonNull(names, "names");
    }

    /** @param names in the order in which they are numbered */
    public static GoodImagesBinding of(String category, List<String> names) {
        Fingerprint.Builder fingerprint = Fingerprint.of("good-images/1");
        for (int i = 0; i < names.size(); i++) {
            fingerprint.text(Integer.toString(i), names.get(i));
        }
        return new GoodImagesBinding(category, names.size(), fingerprint.build());
    }
}
