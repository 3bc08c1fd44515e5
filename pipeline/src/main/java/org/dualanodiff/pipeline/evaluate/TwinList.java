package org.dualanodiff.pipeline.evaluate;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.dataset.SplitRule;

/**
 * Test images that show the same physical object as a training image. They are easy for every arm; the figures to trust
 * leave them out.
 */
public final class TwinList {

    private TwinList() {}

    /**
     * Reads a JSON file {@code {category: {defect: [file names]}}}.
     *
     * @return by category, each image as {@code defect/name}
     * @throws org.dualanodiff.pipeline.dataset.DatasetException if the file cannot be read or has another shape
     */
    public static Map<String, Set<String>> load(Path json) {
        return SplitRule.Listed.load(json).names().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, category -> images(category.getValue())));
    }

    private static Set<String> images(Map<String, Set<String>> byDefect) {
        return byDefect.entrySet().stream()
                .flatMap(defect -> defect.getValue().stream().map(name -> defect.getKey() + "/" + name))
                .collect(Collectors.toUnmodifiableSet());
    }
}
