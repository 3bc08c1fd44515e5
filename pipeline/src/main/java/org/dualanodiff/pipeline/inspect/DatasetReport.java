package org.dualanodiff.pipeline.inspect;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.dualanodiff.pipeline.dataset.Quarantined;
import org.dualanodiff.pipeline.inspect.DuplicateSearch.Duplicate;

/**
 * What was found in a data set.
 *
 * @param format the format it was read in
 * @param categories by name
 * @param duplicates images that are the same or look it, and should not
 * @param problems files and entries that were set aside
 * @param warnings what a person should look at, in words
 */
public record DatasetReport(
        String root,
        String format,
        List<Category> categories,
        List<Duplicate> duplicates,
        List<Quarantined> problems,
        List<String> warnings) {
    /** Lines of a kind on a console. */
    private static final int SHOWN = 20;

    public DatasetReport {
        categories = List.copyOf(categories);
        duplicates = List.copyOf(duplicates);
        problems = List.copyOf(problems);
        warnings = List.copyOf(warnings);
    }

    /**
     * One product.
     *
     * @param sizes of all its images, the most frequent first
     */
    public record Category(String name, int goodTraining, int goodTest, List<SizeCount> sizes, List<Defect> defects) {
        /** Whether there is anything to learn from. */
        public boolean usable() {
            return defects.stream().anyMatch(defect -> defect.training() > 0);
        }
    }

    /** How many images have one size in pixels. */
    public record SizeCount(int width, int height, int images) {}

    /**
     * One defect of a product.
     *
     * @param training images for training
     * @param test the other images
     * @param setAside images and masks that cannot be used
     * @param maskArea marked part of an image, 0..1
     * @param smallestMask pixels of the smallest mask; 0 where there is none
     */
    public record Defect(String name, int training, int test, int setAside, Quantiles maskArea, long smallestMask) {}

    /** Whether every category of which there are defects has something to learn from, and there is one. */
    public boolean usable() {
        List<Category> faulty = categories.stream()
                .filter(category -> !category.defects().isEmpty())
                .toList();
        return !faulty.isEmpty() && faulty.stream().allMatch(Category::usable);
    }

    /** Five numbers that tell how values are spread. */
    public record Quantiles(double min, double lower, double median, double upper, double max) {

        /** All 0 where there are no values. */
        static Quantiles of(double[] values) {
            if (values.length == 0) {
                return new Quantiles(0, 0, 0, 0, 0);
            }
            Percentile percentile = new Percentile().withEstimationType(Percentile.EstimationType.R_7);
            percentile.setData(values);
            return new Quantiles(
                    StatUtils.min(values),
                    percentile.evaluate(25),
                    percentile.evaluate(50),
                    percentile.evaluate(75),
                    StatUtils.max(values));
        }
    }

    /** As a person reads it on a console, line by line. */
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        lines.add("%s, read as %s".formatted(root, format));
        lines.addAll(counts());
        categories.forEach(category -> lines.addAll(category(category)));
        lines.addAll(problems(problems));
        lines.addAll(duplicates(duplicates));
        warnings.forEach(warning -> lines.add("warning: " + warning));
        return lines;
    }

    /** What a person would count, in one table. */
    private List<String> counts() {
        List<String> lines = new ArrayList<>();
        int width = categories.stream()
                .mapToInt(category -> category.name().length())
                .reduce("category".length(), Math::max);
        String names = "%-" + width + "s";
        lines.add("");
        lines.add(names.formatted("category") + "  good: training  test  defects  pairs: training  test  set aside");
        for (Category category : categories) {
            List<Defect> defects = category.defects();
            lines.add(names.formatted(category.name())
                    + "  %14d  %4d  %7d  %15d  %4d  %9d"
                            .formatted(
                                    category.goodTraining(),
                                    category.goodTest(),
                                    defects.size(),
                                    defects.stream().mapToInt(Defect::training).sum(),
                                    defects.stream().mapToInt(Defect::test).sum(),
                                    problems.stream()
                                            .filter(file -> file.category().equals(category.name()))
                                            .count()));
        }
        Map<Quarantined.Reason, Long> reasons = problems.stream()
                .collect(Collectors.groupingBy(Quarantined::reason, TreeMap::new, Collectors.counting()));
        reasons.forEach((reason, files) -> lines.add("set aside for %s: %d".formatted(reason, files)));
        return lines;
    }

    private static List<String> category(Category category) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add("%s: %d good images for training, %d for testing; sizes %s"
                .formatted(category.name(), category.goodTraining(), category.goodTest(), sizes(category.sizes())));
        int width = category.defects().stream()
                .mapToInt(defect -> defect.name().length())
                .max()
                .orElse(0);
        String names = "%-" + Math.max(width, "defect".length()) + "s";
        lines.add("  " + names.formatted("defect")
                + "  training  test  set aside  mask area: least  median    most  pixels");
        for (Defect defect : category.defects()) {
            lines.add("  "
                    + names.formatted(defect.name())
                    + "  %8d  %4d  %9d  %16s  %6s  %6s  %6d"
                            .formatted(
                                    defect.training(),
                                    defect.test(),
                                    defect.setAside(),
                                    percent(defect.maskArea().min()),
                                    percent(defect.maskArea().median()),
                                    percent(defect.maskArea().max()),
                                    defect.smallestMask()));
        }
        return lines;
    }

    private static String sizes(List<SizeCount> sizes) {
        String first = sizes.stream()
                .limit(3)
                .map(size -> "%d x %d (%d)".formatted(size.width(), size.height(), size.images()))
                .collect(Collectors.joining(", "));
        return sizes.size() > 3 ? first + " and %d more".formatted(sizes.size() - 3) : first;
    }

    private static String percent(double part) {
        return String.format(Locale.ROOT, part < 0.01 ? "%.2f%%" : "%.1f%%", 100 * part);
    }

    private static List<String> problems(List<Quarantined> problems) {
        List<String> lines = new ArrayList<>();
        if (!problems.isEmpty()) {
            lines.add("");
            lines.add("set aside: %d".formatted(problems.size()));
            problems.stream()
                    .limit(SHOWN)
                    .map(file -> "  %s: %s (%s)".formatted(file.file(), file.reason(), file.detail()))
                    .forEach(lines::add);
            lines.addAll(rest(problems.size()));
        }
        return lines;
    }

    private static List<String> duplicates(List<Duplicate> duplicates) {
        List<String> lines = new ArrayList<>();
        for (Duplicate.Kind kind : Duplicate.Kind.values()) {
            List<Duplicate> some =
                    duplicates.stream().filter(pair -> pair.kind() == kind).toList();
            if (!some.isEmpty()) {
                lines.add("");
                lines.add("%s: %d pairs"
                        .formatted(
                                kind == Duplicate.Kind.EXACT ? "the same image" : "looks like the same", some.size()));
                some.stream().limit(SHOWN).map(DatasetReport::pair).forEach(lines::add);
                lines.addAll(rest(some.size()));
            }
        }
        return lines;
    }

    private static String pair(Duplicate pair) {
        String concern = pair.concern() == Duplicate.Concern.TRAINING_AND_TEST
                ? "one trains, the other tests"
                : "with different labels";
        return "  %s and %s (%s)".formatted(pair.first(), pair.second(), concern);
    }

    private static List<String> rest(int all) {
        return all > SHOWN ? List.of("  and %d more; --json lists all".formatted(all - SHOWN)) : List.of();
    }
}
