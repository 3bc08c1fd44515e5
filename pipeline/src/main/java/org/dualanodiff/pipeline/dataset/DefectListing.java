package org.dualanodiff.pipeline.dataset;

import java.util.List;
import java.util.Set;

/**
 * What a data set lists of one defect.
 *
 * @param images by name, each name once
 * @param unnamed whether the masks alone tell that its images have a defect: one whose mask is black is a good one
 * @param aside what cannot be used, as the listing alone tells
 */
record DefectListing(String category, String defect, List<Candidate> images, List<Quarantined> aside, boolean unnamed) {

    DefectListing {
        images = List.copyOf(images);
        aside = List.copyOf(aside);
    }

    /** Without images that turned out to have no defect. */
    DefectListing without(Set<Candidate> good) {
        List<Candidate> rest =
                images.stream().filter(image -> !good.contains(image)).toList();
        return new DefectListing(category, defect, rest, aside, unnamed);
    }

    /**
     * The names for training. An image that the data set keeps for testing is never among them, unless a list names it;
     * and where the data set itself names images for training, the rule of the first third gives way to it.
     */
    List<String> training(SplitRule rule) {
        if (rule instanceof SplitRule.Listed) {
            return rule.training(category, defect, names(images));
        }
        List<Candidate> declared = of(Candidate.Part.TRAINING);
        if (!declared.isEmpty()) {
            return rule instanceof SplitRule.FirstThird
                    ? names(declared)
                    : rule.training(category, defect, names(declared));
        }
        return rule.training(category, defect, names(of(Candidate.Part.UNSAID)));
    }

    private List<Candidate> of(Candidate.Part part) {
        return images.stream().filter(image -> image.part() == part).toList();
    }

    private static List<String> names(List<Candidate> images) {
        return images.stream().map(Candidate::name).toList();
    }
}
