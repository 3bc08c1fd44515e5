package org.dualanodiff.pipeline.dataset;

import java.util.List;
import java.util.Set;

/**
 * What a data set holds, before any image is opened.
 *
 * @param categories by name
 * @param names every category's name, also of those that were not asked for
 * @param aside entries that belong to no category that could be read
 */
record Catalog(List<? extends CategorySource> categories, Set<String> names, List<Quarantined> aside) {
    Catalog {
        categories = List.copyOf(categories);
        names = Set.copyOf(names);
        aside = List.copyOf(aside);
    }
}
