package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.MvtecLayout.CategoryFolder;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * What a data set holds, before any image is opened.
 *
 * @param categories by name
 * @param names every category's name, also of those that were not asked for
 * @param aside entries that belong to no category that could be read
 */
record Catalog(List<? extends CategorySource> categories, Set<String> names, List<Quarantined> aside) {
    Catalog {
        categories = List.copyOf(categories);
        names = Set.copyOf(names);
        aside = List.copyOf(aside);
    }

    /** One category of a data set: what it holds, listed and not opened. */
    sealed interface CategorySource permits CategoryFolder, ListedCategory {
        String name();

        /** In ascending order. */
        List<String> defects() throws IOException;

        GoodListing good() throws IOException;

        DefectListing listing(String defect) throws IOException;

        /**
         * Whether what the data set says of training and testing counts for images of defects: not if all of them are for
         * testing, as data sets for one-class methods have it.
         *
         * @param free images that turned out to have no defect
         */
        default boolean dividesDefects(Set<Candidate> free) {
            return true;
        }

        /** Files that an entry has a defect in, whatever others say, as far as it is known without a look at them. */
        default Set<Path> defective(Set<Candidate> free) {
            return Set.of();
        }
    }

    /**
     * The good images of a category.
     *
     * @param aside files that lie or are listed among them, and are none or not there
     */
    record GoodListing(GoodImages images, List<Quarantined> aside) {}

    /**
     * A category whose images have all been listed already, by a table or a walk.
     *
     * @param mixed whether an image of a defect is said to be for training and for testing, too
     */
    record ListedCategory(GoodListing good, SortedMap<String, DefectListing> byDefect, boolean mixed)
            implements CategorySource {

        @Override
        public String name() {
            return good.images().category();
        }

        @Override
        public List<String> defects() {
            return byDefect.values().stream().map(DefectListing::defect).toList();
        }

        @Override
        public DefectListing listing(String defect) {
            return byDefect.get(defect);
        }

        @Override
        public boolean dividesDefects(Set<Candidate> free) {
            Set<Candidate.Part> parts = images(free).map(Candidate::part).collect(Collectors.toSet());
            return mixed || !parts.equals(Set.of(Candidate.Part.TEST));
        }

        @Override
        public Set<Path> defective(Set<Candidate> free) {
            return images(free).map(image -> image.image().path()).collect(Collectors.toSet());
        }

        private Stream<Candidate> images(Set<Candidate> free) {
            return byDefect.values().stream()
                    .flatMap(listing -> listing.images().stream())
                    .filter(image -> !free.contains(image));
        }
    }

    /**
     * What a data set lists of one defect.
     *
     * @param images by name, each name once
     * @param unnamed whether the masks alone tell that its images have a defect: one whose mask is black is a good one
     * @param aside what cannot be used, as the listing alone tells
     */
    record DefectListing(
            String category, String defect, List<Candidate> images, List<Quarantined> aside, boolean unnamed) {

        DefectListing {
            images = List.copyOf(images);
            aside = List.copyOf(aside);
        }

        /** Without images that turned out to have no defect. */
        DefectListing without(Set<Candidate> good) {
            List<Candidate> rest =
                    images.stream().filter(image -> !good.contains(image)).toList();
            return new DefectListing(category, defect, rest, aside, unnamed);
        }

        /** As if the data set did not say which images are for training. */
        DefectListing undivided() {
            List<Candidate> unsaid = images.stream()
                    .map(image -> image.with(Candidate.Part.UNSAID))
                    .toList();
            return new DefectListing(category, defect, unsaid, aside, unnamed);
        }

        /**
         * The names for training. An image that the data set keeps for testing is never among them, unless a list names it;
         * and where the data set itself names images for training, the rule of the first third gives way to it.
         */
        List<String> training(SplitRule rule) {
            if (rule instanceof SplitRule.Listed) {
                return rule.training(category, defect, names(images));
            }
            List<Candidate> declared = of(Candidate.Part.TRAINING);
            if (!declared.isEmpty()) {
                return rule instanceof SplitRule.FirstThird
                        ? names(declared)
                        : rule.training(category, defect, names(declared));
            }
            return rule.training(category, defect, names(of(Candidate.Part.UNSAID)));
        }

        /**
         * The names that neither train nor test: what a smaller number leaves of the first third, so that the test images are
         * the same whatever the number.
         */
        List<String> unused(SplitRule rule) {
            if (!(rule instanceof SplitRule.First)) {
                return List.of();
            }
            List<String> third = training(new SplitRule.FirstThird());
            return third.subList(Math.min(third.size(), training(rule).size()), third.size());
        }

        private List<Candidate> of(Candidate.Part part) {
            return images.stream().filter(image -> image.part() == part).toList();
        }

        private static List<String> names(List<Candidate> images) {
            return images.stream().map(Candidate::name).toList();
        }
    }

    /**
     * Collects the entries of tables, annotation files or a walk, in any order, into a {@link Catalog}. Entries of one file
     * are joined, and an image with any annotation anywhere is never a good one.
     */
    static final class Builder {
        /** Stands for the defect in messages about good images. */
        static final String GOOD = "good";

        /** The name of a defect that nothing names. */
        static final String UNNAMED_DEFECT = "defect";

        private final SortedMap<String, Category> categories = new TreeMap<>();
        private final List<Quarantined> aside = new ArrayList<>();
        private final Set<Path> annotated = new HashSet<>();
        private final List<Undrawn> undrawn = new ArrayList<>();

        private static final class Category {
            private final SortedMap<String, Good> good = new TreeMap<>();
            private final List<Quarantined> goodAside = new ArrayList<>();
            private final SortedMap<String, Defect> defects = new TreeMap<>();
            private boolean mixed;
        }

        /** @param declared whether the data set calls it good, and does not only say nothing of it */
        private record Good(FileEntry image, Candidate.Part part, boolean declared) {
            Good with(Good other) {
                return new Good(image, part.with(other.part), declared || other.declared);
            }
        }

        private record Undrawn(String category, Candidate image, List<String> words) {}

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
                String detail =
                        "the image %s is listed twice for this defect, with the same mask".formatted(image.name());
                found.aside.add(new Quarantined(category, defect, image.file(), Reason.DUPLICATE_ENTRY, detail));
            }
            if (before != null) {
                category(category).mixed |= Set.of(Candidate.Part.TRAINING, Candidate.Part.TEST)
                        .equals(Set.copyOf(List.of(before.part(), image.part())));
                found.images.put(image.image().path(), before.with(image));
            }
        }

        /** As {@link #defect}, where no name but the mask alone tells whether the image has a defect. */
        void unnamedDefect(String category, String defect, Candidate image) {
            defect(category, defect, image);
            defectOf(category, defect).unnamed = true;
        }

        /**
         * Adds an image with the regions that were drawn in it. One of no region, or of good ones alone, is a good image if nothing
         * else says otherwise: no other entry, and none of the words if it is one for defective ones or the name of a defect that is
         * drawn in another image. Which other words tell, nobody knows.
         *
         * @param image with a mask of no regions, or with none where there is no such file
         * @param outlines by defect
         * @param words that were chosen for the whole image
         */
        void outlined(
                String category, Candidate image, SortedMap<String, List<Outline>> outlines, Collection<String> words) {
            outlines.keySet().removeIf(Words::isGood);
            outlines.forEach((defect, regions) -> defect(
                    category,
                    defect,
                    image.mask() instanceof Candidate.Mask.Drawn drawn ? image.with(drawn.with(regions)) : image));
            if (outlines.isEmpty()) {
                undrawn.add(new Undrawn(category, image, List.copyOf(words)));
            }
        }

        private void add(Undrawn one) {
            Candidate image = one.image();
            Set<String> defects = category(one.category()).defects.keySet();
            Optional<String> verdict = one.words().stream()
                    .filter(word -> Words.isDefective(word) || defects.contains(word))
                    .findFirst();
            if (verdict.isPresent()) {
                String detail = "it is called \"%s\", but nothing is drawn in it".formatted(verdict.get());
                annotated(image.image());
                aside(image.file(), Reason.MASK_MISSING, detail);
            } else if (image.mask() instanceof Candidate.Mask.None missing) {
                goodAside(one.category(), image.file(), missing.reason(), missing.detail());
            } else {
                unannotated(one.category(), image.file(), image.image(), image.part());
            }
        }

        /** Keeps the image from being a good one, whatever else calls it good. */
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

        /** As {@link #build(String, Map)}, of files that nothing names. */
        Catalog build(String source) {
            return build(source, Map.of());
        }

        /**
         * @param doubts files of which it is not known whether an entry means them, and why
         * @throws DatasetException where no entry could be used, naming {@code source} and the first ones
         */
        Catalog build(String source, Map<Path, String> doubts) {
            undrawn.forEach(this::add);
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
                    .map(entry -> listed(entry.getKey(), entry.getValue(), doubts))
                    .toList();
            return new Catalog(listed, categories.keySet(), aside);
        }

        private ListedCategory listed(String name, Category category, Map<Path, String> doubts) {
            SortedMap<String, DefectListing> defects = new TreeMap<>();
            category.defects.forEach((defect, found) -> {
                List<Candidate> images = named(found.images.values()).stream()
                        .map(image -> image.unless(doubts))
                        .toList();
                defects.put(defect, new DefectListing(name, defect, images, found.aside, found.unnamed));
            });
            List<URI> training = new ArrayList<>();
            List<URI> test = new ArrayList<>();
            category.good.forEach((file, good) -> {
                String doubt = doubts.get(good.image().path());
                if (doubt != null) {
                    goodAside(name, file, Reason.INVALID_ENTRY, doubt);
                } else if (!annotated.contains(good.image().path())) {
                    (good.part() == Candidate.Part.TEST ? test : training)
                            .add(good.image().uri());
                } else if (good.declared()) {
                    goodAside(
                            name,
                            file,
                            Reason.DUPLICATE_ENTRY,
                            "it is listed as good and as defective; it is no good one");
                }
            });
            return new ListedCategory(
                    new GoodListing(new GoodImages(name, training, test), category.goodAside), defects, category.mixed);
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
}
