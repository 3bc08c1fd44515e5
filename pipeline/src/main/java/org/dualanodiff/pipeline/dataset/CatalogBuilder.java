package org.dualanodiff.pipeline.dataset;

import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * Collects the entries of tables, annotation files or a walk, in any order, into a {@link Catalog}. Entries of one file
 * are joined, and an image with any annotation anywhere is never a good one.
 */
final class CatalogBuilder {
    /** Stands for the defect in messages about good images. */
    static final String GOOD = "good";

    private final SortedMap<String, Category> categories = new TreeMap<>();
    private final List<Quarantined> aside = new ArrayList<>();
    private final Set<Path> annotated = new HashSet<>();

    private static final class Category {
        private final SortedMap<String, Good> good = new TreeMap<>();
        private final List<Quarantined> goodAside = new ArrayList<>();
        private final SortedMap<String, Defect> defects = new TreeMap<>();
    }

    /** @param declared whether the data set calls it good, and does not only say nothing of it */
    private record Good(FileEntry image, Candidate.Part part, boolean declared) {
        Good with(Good other) {
            return new Good(image, part.with(other.part), declared || other.declared);
        }
    }

    private static final class Defect {
        private final Map<Path, Candidate> images = new LinkedHashMap<>();
        private final List<Quarantined> aside = new ArrayList<>();
        private boolean unnamed;
    }

    /** Adds an image that is called a good one; one of no said part is for training. */
    void good(String category, String file, FileEntry image, Candidate.Part part) {
        good(category, file, new Good(image, part, true));
    }

    /** Adds an image of which an annotation file says nothing, so that it is a good one if no other does. */
    void unannotated(String category, String file, FileEntry image, Candidate.Part part) {
        good(category, file, new Good(image, part, false));
    }

    private void good(String category, String file, Good good) {
        category(category).good.merge(file, good, Good::with);
    }

    /** Sets a good image aside. */
    void goodAside(String category, String file, Reason reason, String detail) {
        category(category).goodAside.add(new Quarantined(category, GOOD, file, reason, detail));
    }

    /** Adds an image of a defect; one that is there already gets the mask of this entry, too. */
    void defect(String category, String defect, Candidate image) {
        Defect found = defectOf(category, defect);
        annotated(image.image());
        Candidate before = found.images.putIfAbsent(image.image().path(), image);
        if (before != null && before.mask().equals(image.mask())) {
            String detail = "the image %s is listed twice for this defect, with the same mask".formatted(image.name());
            found.aside.add(new Quarantined(category, defect, image.file(), Reason.DUPLICATE_ENTRY, detail));
        }
        if (before != null) {
            found.images.put(image.image().path(), before.with(image));
        }
    }

    /** As {@link #defect}, where no name but the mask alone tells whether the image has a defect. */
    void unnamedDefect(String category, String defect, Candidate image) {
        defect(category, defect, image);
        defectOf(category, defect).unnamed = true;
    }

    /**
     * Adds an image with the regions that were drawn in it.
     *
     * @param image with a mask of no regions
     * @param outlines by defect; where there is none but of good, the image is a good one, if nothing else says otherwise
     */
    void outlined(String category, Candidate image, SortedMap<String, List<Outline>> outlines) {
        outlines.keySet().removeIf(Words::isGood);
        outlines.forEach((defect, regions) -> defect(
                category,
                defect,
                image.mask() instanceof Candidate.Mask.Drawn drawn ? image.with(drawn.with(regions)) : image));
        if (outlines.isEmpty() && image.image().isListed()) {
            unannotated(category, image.file(), image.image(), image.part());
        }
    }

    /** Keeps the image from being a good one, whatever else says so. */
    void annotated(FileEntry image) {
        annotated.add(image.path());
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

    private ListedCategory listed(String name, Category category) {
        SortedMap<String, DefectListing> defects = new TreeMap<>();
        category.defects.forEach((defect, found) -> defects.put(
                defect, new DefectListing(name, defect, named(found.images.values()), found.aside, found.unnamed)));
        List<URI> training = new ArrayList<>();
        List<URI> test = new ArrayList<>();
        category.good.forEach((file, good) -> {
            if (!annotated.contains(good.image().path())) {
                (good.part() == Candidate.Part.TEST ? test : training)
                        .add(good.image().uri());
            } else if (good.declared()) {
                goodAside(
                        name, file, Reason.DUPLICATE_ENTRY, "it is listed as good and as defective; it is no good one");
            }
        });
        return new ListedCategory(new GoodImages(name, training, test), category.goodAside, defects);
    }

    /** By name; where two files have one name, the second and later ones go by their path. */
    private static List<Candidate> named(Iterable<Candidate> images) {
        SortedMap<String, Candidate> byName = new TreeMap<>();
        for (Candidate image : images) {
            Candidate first = byName.putIfAbsent(image.name(), image);
            if (first != null) {
                byName.put(image.file(), image.named(image.file()));
            }
        }
        return List.copyOf(byName.values());
    }
}
