package org.dualanodiff.pipeline.dataset;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/** Collects the entries of a table or a walk, in any order, into a {@link Catalog}. */
final class CatalogBuilder {
    /** Stands for the defect in messages about good images. */
    static final String GOOD = "good";

    private final SortedMap<String, Category> categories = new TreeMap<>();
    private final List<Quarantined> aside = new ArrayList<>();

    private static final class Category {
        private final SortedMap<String, URI> training = new TreeMap<>();
        private final SortedMap<String, URI> test = new TreeMap<>();
        private final List<Quarantined> goodAside = new ArrayList<>();
        private final SortedMap<String, Defect> defects = new TreeMap<>();
    }

    private static final class Defect {
        private final SortedMap<String, Candidate> images = new TreeMap<>();
        private final List<Quarantined> aside = new ArrayList<>();
    }

    /** Adds a good image; one of no said part is for training. */
    void good(String category, String file, FileEntry image, Candidate.Part part) {
        Category found = category(category);
        if (image.isListed()) {
            (part == Candidate.Part.TEST ? found.test : found.training).put(file, image.uri());
        } else {
            found.goodAside.add(
                    new Quarantined(category, GOOD, file, Reason.STORAGE_ERROR, "there is no file " + image.path()));
        }
    }

    void defect(String category, String defect, Candidate image) {
        Defect found = defectOf(category, defect);
        if (found.images.putIfAbsent(image.name(), image) != null) {
            String detail = "the image %s is listed twice for this defect; the first counts".formatted(image.name());
            found.aside.add(new Quarantined(category, defect, image.file(), Reason.DUPLICATE_ENTRY, detail));
        }
    }

    /** Sets aside what tells no category or defect. */
    void aside(String file, Reason reason, String detail) {
        aside(new Quarantined("", "", file, reason, detail));
    }

    void aside(Quarantined entry) {
        aside.add(entry);
    }

    private Category category(String name) {
        return categories.computeIfAbsent(name, any -> new Category());
    }

    private Defect defectOf(String category, String defect) {
        return category(category).defects.computeIfAbsent(defect, any -> new Defect());
    }

    /** @throws DatasetException where no entry could be used, naming {@code source} and the first ones */
    Catalog build(String source) {
        if (categories.isEmpty()) {
            String first = aside.isEmpty()
                    ? "it lists no image"
                    : "none of its %d entries can be used; the first: %s: %s"
                            .formatted(
                                    aside.size(),
                                    aside.get(0).file(),
                                    aside.get(0).detail());
            throw new DatasetException("%s holds nothing to read: %s".formatted(source, first));
        }
        List<ListedCategory> listed = categories.entrySet().stream()
                .map(entry -> listed(entry.getKey(), entry.getValue()))
                .toList();
        return new Catalog(listed, categories.keySet(), aside);
    }

    private static ListedCategory listed(String name, Category category) {
        SortedMap<String, DefectListing> defects = new TreeMap<>();
        for (Map.Entry<String, Defect> entry : category.defects.entrySet()) {
            Defect defect = entry.getValue();
            List<Candidate> images = List.copyOf(defect.images.values());
            defects.put(entry.getKey(), new DefectListing(name, entry.getKey(), images, defect.aside));
        }
        GoodImages good =
                new GoodImages(name, List.copyOf(category.training.values()), List.copyOf(category.test.values()));
        return new ListedCategory(good, category.goodAside, defects);
    }
}
