package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.NearestName;
import org.dualanodiff.pipeline.dataset.Catalog.CategorySource;

/** Which categories and defects of a catalog a request means. */
final class DefectSelection {
    private DefectSelection() {}

    /**
     * The categories to read, by name, each with its defects to read.
     *
     * @throws DatasetException where the request or its split list names what the catalog does not have
     */
    static Map<CategorySource, List<String>> of(DatasetRequest request, Path root, Catalog catalog) throws IOException {
        Map<CategorySource, List<String>> found = new LinkedHashMap<>();
        for (CategorySource category : catalog.categories()) {
            if (request.categories().isEmpty() || request.categories().contains(category.name())) {
                found.put(category, category.defects());
            }
        }
        checkCategories(request.categories(), catalog, root);
        checkDefects(request.defects(), found, root);
        if (request.split() instanceof SplitRule.Listed listed) {
            checkListed(listed, catalog.names(), found);
        }
        if (!request.defects().isEmpty()) {
            found.replaceAll((category, defects) -> defects.stream()
                    .filter(defect -> request.defects().contains(defect)
                            || request.defects().contains(unit(category, defect)))
                    .toList());
        }
        return found;
    }

    private static void checkCategories(List<String> wanted, Catalog catalog, Path root) {
        KnownNames known = new KnownNames(catalog.names());
        for (String category : wanted) {
            if (!known.has(category)) {
                throw new DatasetException(
                        "category \"%s\" is not in %s; %s".formatted(category, root, known.suggest(category)));
            }
        }
    }

    private static String unit(CategorySource category, String defect) {
        return category.name() + "/" + defect;
    }

    private static void checkDefects(List<String> wanted, Map<CategorySource, List<String>> found, Path root) {
        List<String> defects = new ArrayList<>();
        List<String> units = new ArrayList<>();
        found.forEach((category, own) -> {
            defects.addAll(own);
            own.forEach(defect -> units.add(unit(category, defect)));
        });
        for (String defect : wanted) {
            KnownNames known = new KnownNames(defect.contains("/") ? units : defects);
            if (!known.has(defect)) {
                throw new DatasetException("no category read from %s has the defect \"%s\"; %s"
                        .formatted(root, defect, known.suggest(defect)));
            }
        }
    }

    /** A misspelt name in the list would leave a set untrained without a word. */
    private static void checkListed(
            SplitRule.Listed listed, Collection<String> categories, Map<CategorySource, List<String>> found) {
        for (String category : new TreeSet<>(listed.names().keySet())) {
            KnownNames known = new KnownNames(categories);
            if (!known.has(category)) {
                throw new DatasetException("%s lists the category \"%s\", which is not in the data set; %s"
                        .formatted(listed.source(), category, known.suggest(category)));
            }
        }
        found.forEach((source, defects) -> checkListed(listed, source.name(), new KnownNames(defects)));
    }

    private static void checkListed(SplitRule.Listed listed, String category, KnownNames known) {
        for (String defect : listed.names().getOrDefault(category, Map.of()).keySet()) {
            if (!known.has(defect)) {
                throw new DatasetException("%s lists the defect \"%s\", which category \"%s\" does not have; %s"
                        .formatted(listed.source(), defect, category, known.suggest(defect)));
            }
        }
    }

    /**
     * The names that exist where a person asked for another one.
     *
     * @param names in ascending order
     */
    record KnownNames(List<String> names) {
        private static final int SHOWN = 20;

        KnownNames(Collection<String> names) {
            this(names.stream().distinct().sorted().toList());
        }

        boolean has(String name) {
            return names.contains(name);
        }

        /** The end of a message: the nearest name where one is near, and what there is to choose from. */
        String suggest(String wanted) {
            String near = NearestName.of(wanted, names)
                    .map("did you mean \"%s\"? "::formatted)
                    .orElse("");
            if (names.isEmpty()) {
                return "there is none at all";
            }
            String rest = names.size() > SHOWN ? ", ... (%d in all)".formatted(names.size()) : "";
            return near + "there are: " + names.stream().limit(SHOWN).collect(Collectors.joining(", ")) + rest;
        }
    }
}
