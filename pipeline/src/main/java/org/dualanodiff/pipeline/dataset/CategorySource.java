package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.List;

/** One category of a data set: what it holds, listed and not opened. */
sealed interface CategorySource permits CategoryFolder, ListedCategory {
    String name();

    /** In ascending order. */
    List<String> defects() throws IOException;

    GoodImages goodImages() throws IOException;

    /** Good images that are listed and not there. */
    List<Quarantined> goodAside();

    DefectListing listing(String defect) throws IOException;
}
