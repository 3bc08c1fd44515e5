package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;

/**
 * What to read.
 *
 * @param root folder that holds the category folders: a local path, or a URI of a Hadoop file system such as
 *     {@code hdfs://...} or {@code s3a://bucket/prefix}
 * @param categories categories to read; empty for every one under the root
 * @param defects defects to read in each of those categories; empty for every one
 * @param split which defect images are for training
 */
public record DatasetRequest(String root, List<String> categories, List<String> defects, SplitRule split)
        implements Serializable {
    public DatasetRequest {
        Objects.requireNonNull(root, "root");
        Objects.requireNonNull(split, "split");
        categories = categories.stream().distinct().sorted().toList();
        defects = defects.stream().distinct().sorted().toList();
    }
}
