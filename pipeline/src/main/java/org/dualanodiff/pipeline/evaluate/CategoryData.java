package org.dualanodiff.pipeline.evaluate;

import java.io.Serializable;
import java.util.List;
import java.util.Set;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.GoodImages;

/**
 * The real images of one category, split as its adapters' training was.
 *
 * @param twins test images, as {@code defect/name}, that show the same physical object as a training image
 */
public record CategoryData(String category, List<DefectSet> sets, GoodImages good, Set<String> twins)
        implements Serializable {

    public CategoryData {
        sets = List.copyOf(sets);
        twins = Set.copyOf(twins);
    }

    /** Stands for the defect of defect-free images. */
    static final String GOOD = "good";

    /** @param defect or {@link #GOOD} */
    boolean isTwin(String defect, String name) {
        return twins.contains(defect + "/" + name);
    }
}
