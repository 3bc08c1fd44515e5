package org.dualanodiff.pipeline.export;

import org.dualanodiff.pipeline.UserError;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.UnitKey;

/**
 * An export to be made.
 *
 * @param source what is exported, in words, such as {@code run night}
 * @param parts in an order that does not change
 */
public record ExportPlan(ExportFormat format, String source, List<ExportPart> parts) {

    private static final int GOOD_IMAGES_A_PART = 200;

    public ExportPlan {
        parts = List.copyOf(parts);
    }

    /** An export of generated pairs. */
    public static ExportPlan of(ExportFormat format, String source, List<ExportPart.Samples> samples) {
        return new ExportPlan(
                format,
                source,
                samples.stream()
                        .sorted(Comparator.comparing(ExportPart.Samples::file))
                        .map(ExportPart.class::cast)
                        .toList());
    }

    /**
     * The same with the real training pairs of its units and the good images of its categories.
     *
     * @throws UserError if the format has no place for them
     */
    public ExportPlan with(Dataset originals) {
        if (!format.takesOriginals()) {
            throw new UserError("an export to %s holds generated pairs only; leave --originals out"
                    .formatted(format.name().toLowerCase(Locale.ROOT)));
        }
        Set<UnitKey> units = Set.copyOf(classes().units());
        Set<String> categories = units.stream().map(UnitKey::category).collect(Collectors.toSet());
        List<ExportPart> all = new ArrayList<>(parts);
        originals.sets().stream()
                .filter(set -> set.usable() && units.contains(set.unit()))
                .map(set -> new ExportPart.RealPairs(set.unit(), set.training()))
                .forEach(all::add);
        originals.good().stream()
                .filter(good -> categories.contains(good.category()))
                .flatMap(good -> Stream.concat(
                        good(good.category(), "train", good.training()), good(good.category(), "test", good.test())))
                .forEach(all::add);
        return new ExportPlan(format, source, all);
    }

    private static Stream<ExportPart> good(String category, String split, List<URI> images) {
        return IntStream.iterate(0, first -> first < images.size(), first -> first + GOOD_IMAGES_A_PART)
                .mapToObj(first -> new ExportPart.GoodImages(
                        category,
                        split,
                        first,
                        images.subList(first, Math.min(images.size(), first + GOOD_IMAGES_A_PART))));
    }

    /** The classes of all pairs. */
    public ClassNames classes() {
        return ClassNames.of(
                parts.stream().flatMap(part -> part.unit().stream()).toList());
    }

    public List<ExportTask> tasks() {
        ClassNames classes = classes();
        return parts.stream().map(part -> new ExportTask(part, format, classes)).toList();
    }

    List<String> partNames() {
        return parts.stream().map(ExportPart::name).toList();
    }
}
