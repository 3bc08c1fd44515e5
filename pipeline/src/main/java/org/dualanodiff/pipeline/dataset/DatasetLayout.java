package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.List;
import org.apache.hadoop.fs.Path;

/** One way of laying out a data set: where the images lie, and how their category, defect and mask are told. */
sealed interface DatasetLayout
        permits MvtecLayout,
                VisaLayout,
                FolderLayout,
                CocoLayout,
                JsonlLayout,
                YoloLayout,
                LabelMeLayout,
                LabelStudioLayout {
    /**
     * Lists the data set; opens no image.
     *
     * @param root its folder, or its one file
     * @param wanted categories that are going to be read; empty for all. Others may be left out
     * @throws DatasetException where the data set has another form than this one
     */
    Catalog catalog(Path root, List<String> wanted) throws IOException;
}
