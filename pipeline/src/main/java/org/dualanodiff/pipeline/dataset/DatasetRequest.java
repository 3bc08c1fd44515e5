package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/**
 * What to read.
 *
 * @param root the data set's folder, or its manifest or annotation file: a local path, or a URI of a Hadoop file system
 *     such as {@code hdfs://...} or {@code s3a://bucket/prefix}
 * @param categories categories to read; empty for every one under the root
 * @param defects defects to read in each of those categories, or {@code category/defect} for one; empty for every one
 * @param split which defect images are for training
 * @param format how the data set is laid out
 * @param maskLevel grey level from which a mask file marks a pixel, 1..255; 0 to detect it
 * @param bitDepth bits in use of samples that are deeper than 8 bits, 8..16; 0 to detect it
 * @param allowOutside whether links and tables may lead out of the root
 */
public record DatasetRequest(
        String root,
        List<String> categories,
        List<String> defects,
        SplitRule split,
        DatasetFormat format,
        int maskLevel,
        int bitDepth,
        boolean allowOutside)
        implements Serializable {
    public DatasetRequest {
        Objects.requireNonNull(root, "root");
        Objects.requireNonNull(split, "split");
        Objects.requireNonNull(format, "format");
        categories = categories.stream().distinct().sorted().toList();
        defects = defects.stream().distinct().sorted().toList();
    }

    /** Of files below the root alone, with the depth as it is found. */
    public DatasetRequest(
            String root,
            List<String> categories,
            List<String> defects,
            SplitRule split,
            DatasetFormat format,
            int maskLevel) {
        this(root, categories, defects, split, format, maskLevel, 0, false);
    }

    /** In whatever format it is, with levels and depth as they are found. */
    public DatasetRequest(String root, List<String> categories, List<String> defects, SplitRule split) {
        this(root, categories, defects, split, DatasetFormat.AUTO, 0);
    }

    /** The forms in which a data set may lie on disk; {@code docs/datasets.md} describes each. */
    public enum DatasetFormat {
        /** Detected from the files. */
        AUTO,
        /** Folders of the MVTec AD data set. */
        MVTEC,
        /** The VisA data set: a table {@code split_csv/*.csv}. */
        VISA,
        /** Plain folders; masks beside their images or in a parallel folder. */
        FOLDER,
        /** COCO instance segmentation: polygons and run lengths in JSON. */
        COCO,
        /** A manifest, one JSON object a line. */
        JSONL,
        /** YOLO segmentation: a text file with outlines for each image. */
        YOLO,
        /** One LabelMe JSON file for each image. */
        LABELME,
        /** A JSON export of Label Studio. */
        LABELSTUDIO;

        /** The category where neither the data set nor the root's name gives one. */
        static final String UNNAMED_CATEGORY = "data";

        /** The name in a configuration file. */
        public String setting() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** @throws IllegalArgumentException if there is no such format */
        public static DatasetFormat of(String setting) {
            return valueOf(setting.toUpperCase(Locale.ROOT));
        }
    }
}
