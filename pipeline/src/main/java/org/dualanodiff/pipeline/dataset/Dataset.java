package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * A data set as it was found.
 *
 * @param sets one for each category and defect, by category, then defect
 * @param good the defect-free images, one entry for each category read, by category
 * @param quarantine files set aside, in the order of {@code sets}
 * @param notes what was found out by looking and a person should know, in words
 */
public record Dataset(
        List<DefectSet> sets, List<GoodImages> good, List<Quarantined> quarantine, List<String> notes)
        implements Serializable {
    public Dataset {
        sets = List.copyOf(sets);
        good = List.copyOf(good);
        quarantine = List.copyOf(quarantine);
        notes = List.copyOf(notes);
    }

    public Optional<DefectSet> set(String category, String defect) {
        return sets.stream()
                .filter(set -> set.category().equals(category) && set.defect().equals(defect))
                .findFirst();
    }

    public Optional<GoodImages> good(String category) {
        return good.stream()
                .filter(images -> images.category().equals(category))
                .findFirst();
    }
}
