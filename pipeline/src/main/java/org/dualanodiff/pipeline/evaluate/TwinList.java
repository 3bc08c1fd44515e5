package org.dualanodiff.pipeline.evaluate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.DatasetConfig;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetException;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.Quarantined;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;

/**
 * Test images that show the same physical object as a training image. They are easy for every arm; the metrics to trust
 * leave them out.
 *
 * @param source where the list was read, for messages
 * @param names category to defect, or {@code good}, to file names with extension
 */
record TwinList(String source, Map<String, Map<String, Set<String>>> names) {

    /** No image has a twin. */
    static final TwinList NONE = new TwinList("", Map.of());

    private static final int SHOWN = 20;

    /**
     * Reads a JSON file {@code {category: {defect: [file names]}}}.
     *
     * @throws DatasetException if the file cannot be read or has another shape
     */
    static TwinList load(Path json) {
        SplitRule.Listed list = SplitRule.Listed.load(json);
        return new TwinList(list.source(), list.names());
    }

    /** Each image as {@code defect/name}. */
    Set<String> of(String category) {
        return names.getOrDefault(category, Map.of()).entrySet().stream()
                .flatMap(defect -> defect.getValue().stream().map(name -> defect.getKey() + "/" + name))
                .collect(Collectors.toUnmodifiableSet());
    }

    /**
     * Refuses a list with names of no test image: one that is misspelt would leave a twin in the metrics to trust without a
     * word. Names of what the configuration leaves out may stand in the list, and those of images that were set aside.
     *
     * @throws UserError with the names, one on each line
     */
    void requireTestImages(Dataset dataset, DatasetConfig read) {
        List<String> strangers = new ArrayList<>();
        new TreeMap<>(names).forEach((category, defects) -> {
            if (dataset.good(category).isPresent()) {
                new TreeMap<>(defects)
                        .forEach((defect, images) ->
                                strangers.addAll(strangers(dataset, read, category, defect, new TreeSet<>(images))));
            } else if (read.categories().isEmpty()) {
                strangers.add(category + ", no category of the data set");
            }
        });
        if (!strangers.isEmpty()) {
            throw UserError.ofData(message(strangers));
        }
    }

    private static List<String> strangers(
            Dataset dataset, DatasetConfig read, String category, String defect, Set<String> images) {
        String unit = category + "/" + defect;
        if (defect.equals(CategoryData.GOOD)) {
            return others(unit, images, goodTests(dataset, category), Set.of());
        } else if (dataset.set(category, defect).isPresent()) {
            DefectSet set = dataset.set(category, defect).get();
            Set<String> known = names(set.test());
            known.addAll(set.asideNames());
            return others(unit, images, known, names(set.training()));
        }
        boolean wanted = read.defects().isEmpty()
                || read.defects().contains(defect)
                || read.defects().contains(unit);
        return wanted ? List.of(unit + ", no defect of that category") : List.of();
    }

    private static List<String> others(String unit, Set<String> images, Set<String> known, Set<String> training) {
        return images.stream()
                .filter(image -> !known.contains(image))
                .map(image -> unit + "/" + image
                        + (training.contains(image) ? ", a training image" : ", not among its test images"))
                .toList();
    }

    private static Set<String> goodTests(Dataset dataset, String category) {
        Stream<String> aside = dataset.quarantine().stream()
                .filter(file ->
                        file.category().equals(category) && file.defect().equals(CategoryData.GOOD))
                .map(Quarantined::file)
                .map(file -> file.substring(file.lastIndexOf('/') + 1));
        Stream<String> sound =
                dataset.good(category).orElseThrow().test().stream().map(GoodImages::name);
        return Stream.concat(sound, aside).collect(Collectors.toSet());
    }

    private static Set<String> names(List<DefectImage> images) {
        return images.stream().map(DefectImage::name).collect(Collectors.toCollection(HashSet::new));
    }

    private String message(List<String> strangers) {
        int more = strangers.size() - SHOWN;
        return "evaluate.twins: %s lists what is no test image:%s%s\nit takes {category: {defect: [file names]}}"
                .formatted(
                        source,
                        strangers.stream()
                                .limit(SHOWN)
                                .map(name -> "\n  " + DisplayText.line(name))
                                .collect(Collectors.joining()),
                        more > 0 ? "\n  and %d more".formatted(more) : "");
    }
}
