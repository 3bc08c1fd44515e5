package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;
import java.util.List;

/**
 * What is augmented. Empty {@code categories} or {@code defects} stand for all.
 *
 * @param split {@code first-third}, {@code list} or a number: which images of a defect train its adapter
 * @param splitFiles JSON file {@code {category: {defect: [file names]}}} of a list, a local path on the driver
 * @param format {@code auto} or a name of {@code DatasetFormat}
 * @param maskLevel grey level from which a mask marks a pixel; 0 to detect it
 * @param bitDepth bits in use of samples that are deeper than 8 bits; 0 to detect it
 * @param allowOutside whether links and tables of the data set may lead out of its root
 * @param crop which part of an image is learned and generated
 */
public record DatasetConfig(
        String root,
        List<String> categories,
        List<String> defects,
        String split,
        String splitFiles,
        String format,
        int maskLevel,
        int bitDepth,
        boolean allowOutside,
        Crop crop)
        implements Serializable {
    private static final String AUTO = "auto";

    public DatasetConfig {
        categories = List.copyOf(categories);
        defects = List.copyOf(defects);
    }

    static DatasetConfig of(Config block) {
        return new DatasetConfig(
                block.getString("root"),
                block.getStringList("categories"),
                block.getStringList("defects"),
                block.getString("split"),
                block.getString("split-files"),
                block.getString("format"),
                block.getString("mask-level").equals(AUTO) ? 0 : block.getInt("mask-level"),
                block.getString("bit-depth").equals(AUTO) ? 0 : block.getInt("bit-depth"),
                block.getBoolean("allow-outside"),
                Crop.of(block));
    }

    /**
     * Which part of an image is learned and generated.
     *
     * @param mode {@code whole} or {@code defect}
     * @param margin around a defect, in sides of its bounding box
     * @param jitter of the defect in the crop, in sides of the crop
     * @param perImage crops of one image
     */
    public record Crop(String mode, double margin, double jitter, int perImage) implements Serializable {
        private static Crop of(Config block) {
            return new Crop(
                    block.getString("crop"),
                    block.getDouble("crop-margin"),
                    block.getDouble("crop-jitter"),
                    block.getInt("crops-per-image"));
        }

        /** Whether crops around defects take the place of whole images. */
        public boolean aroundDefects() {
            return mode.equals("defect");
        }
    }
}
