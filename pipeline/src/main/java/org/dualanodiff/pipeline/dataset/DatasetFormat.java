package org.dualanodiff.pipeline.dataset;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The forms in which a data set may lie on disk; {@code docs/datasets.md} describes each. */
public enum DatasetFormat {
    /** Found out by looking. */
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

    /** The names in a configuration file. */
    public static List<String> settings() {
        return Arrays.stream(values()).map(DatasetFormat::setting).toList();
    }

    /** @throws IllegalArgumentException if there is no such format */
    public static DatasetFormat of(String setting) {
        return valueOf(setting.toUpperCase(Locale.ROOT));
    }
}
