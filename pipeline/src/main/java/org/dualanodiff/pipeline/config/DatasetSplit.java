package org.dualanodiff.pipeline.config;

import com.typesafe.config.Config;
import java.io.Serializable;

/** Which images of a defect train its adapter; the rest is for testing. */
public sealed interface DatasetSplit extends Serializable {

    /** The first third of the sorted names (paper). */
    record FirstThird() implements DatasetSplit {
        private static final long serialVersionUID = 1L;
    }

    /**
     * The first {@code count} of the sorted names.
     *
     * @param count at least 1
     */
    record FirstCount(int count) implements DatasetSplit {
        private static final long serialVersionUID = 1L;
    }

    /**
     * The images that a JSON file names.
     *
     * @param file of {@code {category: {defect: [file names]}}}, a local path on the driver
     */
    record Listed(String file) implements DatasetSplit {
        private static final long serialVersionUID = 1L;
    }

    /** The split that the validated block {@code dataset} asks for. */
    static DatasetSplit of(Config dataset) {
        String split = dataset.getString("split");
        return switch (split) {
            case "first-third" -> new FirstThird();
            case "list" -> new Listed(dataset.getString("split-files"));
            default -> new FirstCount(dataset.getInt("split"));
        };
    }

    /** The value of the setting {@code dataset.split}. */
    default Object setting() {
        if (this instanceof FirstCount first) {
            return first.count();
        }
        return this instanceof Listed ? "list" : "first-third";
    }

    /** The value of the setting {@code dataset.split-files}; empty without a list. */
    default String files() {
        return this instanceof Listed listed ? listed.file() : "";
    }
}
