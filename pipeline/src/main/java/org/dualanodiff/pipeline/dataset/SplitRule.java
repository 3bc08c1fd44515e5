package org.dualanodiff.pipeline.dataset;

import com.google.gson.Gson;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which images of a defect are for training. A rule sees the names of all image files of the defect, sound or not, so
 * that a damaged file never moves the border between training and test.
 */
public sealed interface SplitRule extends Serializable permits SplitRule.FirstThird, SplitRule.First, SplitRule.Listed {

    /**
     * The names for training.
     *
     * @param names file names of the defect's images in ascending order
     * @return some of {@code names}, in their order
     * @throws DatasetException where the rule names an image that is not among {@code names}
     */
    List<String> training(String category, String defect, List<String> names);

    /** The first third by name, rounded down, at least one: the split that the field uses for few-shot generation. */
    record FirstThird() implements SplitRule {
        @Override
        public List<String> training(String category, String defect, List<String> names) {
            return names.subList(0, Math.min(names.size(), Math.max(1, names.size() / 3)));
        }
    }

    /**
     * The first {@code count} by name, or all where there are fewer. What they leave of the first third is not for testing
     * either, so that detectors that learned from 5, 10 or a third of the images are tested on the same ones.
     */
    record First(int count) implements SplitRule {
        public First {
            if (count < 1) {
                throw new DatasetException("the number of training images must be at least 1, was " + count);
            }
        }

        @Override
        public List<String> training(String category, String defect, List<String> names) {
            return names.subList(0, Math.min(names.size(), count));
        }
    }

    /**
     * Names from a list; a defect that the list leaves out has no training image.
     *
     * @param source where the list was read, for messages
     * @param names category to defect to file names with extension
     */
    record Listed(String source, Map<String, Map<String, Set<String>>> names) implements SplitRule {
        private static final TypeToken<Map<String, Map<String, Set<String>>>> TYPE = new TypeToken<>() {};

        /**
         * Reads a JSON file {@code {"category": {"defect": ["000.png", ...]}}}.
         *
         * @throws DatasetException where the file cannot be read or has another shape
         */
        public static Listed load(Path json) {
            try {
                return new Listed(json.toString(), copy(new Gson().fromJson(Files.readString(json), TYPE)));
            } catch (IOException e) {
                throw new DatasetException("cannot read the split list " + json + ": " + e, e);
            } catch (JsonParseException e) {
                throw new DatasetException(
                        "the split list " + json
                                + " must be JSON of the form {\"category\": {\"defect\": [\"000.png\"]}}: "
                                + e.getMessage(),
                        e);
            }
        }

        private static Map<String, Map<String, Set<String>>> copy(Map<String, Map<String, Set<String>>> names) {
            if (present(names).isEmpty()) {
                throw new JsonParseException("it lists nothing");
            }
            Map<String, Map<String, Set<String>>> copy = new HashMap<>();
            names.forEach((category, defects) -> {
                Map<String, Set<String>> lists = new HashMap<>();
                present(defects).forEach((defect, files) -> {
                    present(files).forEach(Listed::present);
                    lists.put(defect, Set.copyOf(files));
                });
                copy.put(category, Map.copyOf(lists));
            });
            return Map.copyOf(copy);
        }

        private static <T> T present(T value) {
            if (value == null) {
                throw new JsonParseException("it is empty or holds a null");
            }
            return value;
        }

        @Override
        public List<String> training(String category, String defect, List<String> all) {
            Set<String> listed = names.getOrDefault(category, Map.of()).getOrDefault(defect, Set.of());
            Set<String> missing = new TreeSet<>(listed);
            missing.removeAll(Set.copyOf(all));
            if (!missing.isEmpty()) {
                throw new DatasetException(
                        "%s lists images that are not in %s/%s: %s; names are given with extension, such as %s"
                                .formatted(
                                        source,
                                        category,
                                        defect,
                                        String.join(", ", missing),
                                        all.isEmpty() ? "000.png" : all.get(0)));
            }
            return all.stream().filter(listed::contains).toList();
        }
    }
}
