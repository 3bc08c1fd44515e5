package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UserError;

/**
 * A data set as it was found.
 *
 * @param sets one for each category and defect, by category, then defect
 * @param good the defect-free images, one entry for each category read, by category
 * @param quarantine files set aside, in the order of {@code sets}
 * @param notes what the images show and a person should know, in words
 */
public record Dataset(List<DefectSet> sets, List<GoodImages> good, List<Quarantined> quarantine, List<String> notes)
        implements Serializable {
    /** Fewer training images than this make a poor adapter; the paper uses about ten. */
    private static final int FEW = 5;

    private static final int REASONS_SHOWN = 20;

    public Dataset {
        sets = List.copyOf(sets);
        good = List.copyOf(good);
        quarantine = List.copyOf(quarantine);
        notes = List.copyOf(notes);
    }

    /** What a person should check before anything is made from this, in words. */
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        for (GoodImages images : good) {
            for (DefectSet set : sets) {
                if (set.category().equals(images.category()) && set.training().size() < FEW) {
                    warnings.add(few(set));
                }
            }
            if (images.training().isEmpty()) {
                warnings.add(
                        images.category() + " has no good images for training; background compensation needs them");
            }
        }
        warnings.addAll(notes);
        return warnings;
    }

    private static String few(DefectSet set) {
        String name = set.category() + "/" + set.defect();
        return set.usable()
                ? "%s has %d images to train on; about ten are usual"
                        .formatted(name, set.training().size())
                : name + " has no image to train on";
    }

    /**
     * Refuses data of which nothing, or nothing of a whole category, can be learned from.
     *
     * @param root where the images lie
     * @throws UserError naming each such category with the reasons
     */
    public void requireUsable(String root) {
        Map<String, List<DefectSet>> byCategory = sets.stream().collect(Collectors.groupingBy(DefectSet::category));
        List<String> unusable = byCategory.entrySet().stream()
                .filter(entry -> entry.getValue().stream().noneMatch(DefectSet::usable))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!unusable.isEmpty()) {
            throw unusable(unusable, reasons(unusable));
        }
        if (byCategory.isEmpty()) {
            throw unusable(List.of(root), List.of("it holds no defect images"));
        }
    }

    private List<String> reasons(List<String> categories) {
        return quarantine.stream()
                .filter(file -> categories.contains(file.category()))
                .map(Dataset::reason)
                .toList();
    }

    private static String reason(Quarantined file) {
        return "%s: %s (%s)".formatted(file.file(), file.reason(), file.detail());
    }

    private static UserError unusable(List<String> categories, List<String> reasons) {
        String shown = String.join("\n  ", reasons.subList(0, Math.min(REASONS_SHOWN, reasons.size())));
        int more = reasons.size() - REASONS_SHOWN;
        return UserError.ofData("no usable training image in %s%s%s"
                .formatted(
                        String.join(", ", categories),
                        reasons.isEmpty() ? "" : ":\n  " + shown,
                        more > 0 ? "\n  and %d more".formatted(more) : ""));
    }

    /** In one line what a person would count: good images, pairs, and what was set aside for which reason. */
    public String counts() {
        Map<Quarantined.Reason, Long> aside = quarantine.stream()
                .collect(Collectors.groupingBy(Quarantined::reason, TreeMap::new, Collectors.counting()));
        return "data: %d categories, %d defects; good images %d for training, %d for testing; pairs %d for training, %d for testing; set aside %s"
                .formatted(
                        good.size(),
                        sets.size(),
                        good.stream()
                                .mapToInt(images -> images.training().size())
                                .sum(),
                        good.stream().mapToInt(images -> images.test().size()).sum(),
                        sets.stream().mapToInt(set -> set.training().size()).sum(),
                        sets.stream().mapToInt(set -> set.test().size()).sum(),
                        aside.isEmpty()
                                ? "none"
                                : aside.entrySet().stream()
                                        .map(entry -> entry.getValue() + " " + entry.getKey())
                                        .collect(Collectors.joining(", ")));
    }

    public Optional<DefectSet> set(String category, String defect) {
        return sets.stream()
                .filter(set -> set.category().equals(category) && set.defect().equals(defect))
                .findFirst();
    }

    /** The defect-free images of the categories that have a defect among those selected. */
    public List<GoodImages> goodBesideDefects() {
        return good.stream()
                .filter(images -> sets.stream().anyMatch(set -> set.category().equals(images.category())))
                .toList();
    }

    /** Where the images lie that train a category's adapters. */
    public List<URI> training(String category) {
        return sets.stream()
                .filter(set -> set.category().equals(category))
                .flatMap(set -> set.training().stream())
                .map(DefectSet.DefectImage::imageUri)
                .toList();
    }

    public Optional<GoodImages> good(String category) {
        return good.stream()
                .filter(images -> images.category().equals(category))
                .findFirst();
    }

    /**
     * Defect-free images of one category. They are listed, not opened, since a category may hold thousands of them.
     *
     * @param training images of {@code train/good}, by file name
     * @param test images of {@code test/good}, by file name
     */
    public record GoodImages(String category, List<URI> training, List<URI> test) implements Serializable {
        public GoodImages {
            training = List.copyOf(training);
            test = List.copyOf(test);
        }

        /** With more of them, in the order of their addresses. */
        GoodImages with(List<URI> moreTraining, List<URI> moreTest) {
            return new GoodImages(category, joined(training, moreTraining), joined(test, moreTest));
        }

        private static List<URI> joined(List<URI> some, List<URI> more) {
            return more.isEmpty()
                    ? some
                    : Stream.concat(some.stream(), more.stream()).sorted().toList();
        }

        /** The name that a defect-free image goes by: its file's. */
        public static String name(URI image) {
            String path = image.getPath();
            return path.substring(path.lastIndexOf('/') + 1);
        }
    }
}
