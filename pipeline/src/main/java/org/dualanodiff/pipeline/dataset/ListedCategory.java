package org.dualanodiff.pipeline.dataset;

import java.util.List;
import java.util.SortedMap;

/** A category whose images have all been listed already, by a table or a walk. */
record ListedCategory(GoodImages goodImages, List<Quarantined> goodAside, SortedMap<String, DefectListing> byDefect)
        implements CategorySource {

    @Override
    public String name() {
        return goodImages.category();
    }

    @Override
    public List<String> defects() {
        return byDefect.values().stream().map(DefectListing::defect).toList();
    }

    @Override
    public DefectListing listing(String defect) {
        return byDefect.get(defect);
    }
}
