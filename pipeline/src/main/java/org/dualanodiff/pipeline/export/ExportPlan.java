package org.dualanodiff.pipeline.export;

import java.io.Serializable;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.export.FinishExport.PartLists;
import org.dualanodiff.pipeline.store.Fingerprint;

/**
 * An export to be made.
 *
 * @param source what is exported, in words, such as {@code run night}
 * @param parts in an order that does not change
 * @param shardBytes about the size of the files in which many pairs lie, where the format leaves it open
 */
public record ExportPlan(ExportFormat format, String source, List<Part> parts, long shardBytes) {

    private static final int GOOD_IMAGES_A_PART = 200;

    public ExportPlan {
        parts = List.copyOf(parts);
    }

    /** An export of generated pairs. */
    public static ExportPlan of(ExportFormat format, String source, List<Part.Samples> samples) {
        return new ExportPlan(
                format,
                source,
                samples.stream()
                        .sorted(Comparator.comparing(Part.Samples::file))
                        .map(Part.class::cast)
                        .toList(),
                ExportFormat.SHARD_BYTES);
    }

    /**
     * The same in shards of another size, which is then part of its source's words: nothing is mixed.
     *
     * @throws UserError if the format has no shards
     */
    public ExportPlan withShards(int megabytes) {
        if (format != ExportFormat.WEBDATASET || megabytes < 1) {
            throw new UserError("--shard-megabytes is for --format webdataset and at least 1, was %d for %s"
                    .formatted(megabytes, format.name().toLowerCase(Locale.ROOT)));
        }
        return new ExportPlan(
                format, "%s in shards of %d MB".formatted(source, megabytes), parts, (long) megabytes << 20);
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
        List<Part> all = new ArrayList<>(parts);
        originals.sets().stream()
                .filter(set -> set.usable() && units.contains(set.unit()))
                .map(set -> new Part.RealPairs(set.unit(), set.training()))
                .forEach(all::add);
        originals.good().stream()
                .filter(good -> categories.contains(good.category()))
                .flatMap(good -> Stream.concat(
                        good(good.category(), "train", good.training()), good(good.category(), "test", good.test())))
                .filter(part -> pairFormat().good(part.category(), part.split(), "any.png") != null)
                .forEach(all::add);
        return new ExportPlan(format, source, all, shardBytes);
    }

    private static Stream<Part.GoodImages> good(String category, String split, List<URI> images) {
        return IntStream.iterate(0, first -> first < images.size(), first -> first + GOOD_IMAGES_A_PART)
                .mapToObj(first -> new Part.GoodImages(
                        category,
                        split,
                        first,
                        images.subList(first, Math.min(images.size(), first + GOOD_IMAGES_A_PART))));
    }

    /** The classes of all pairs. */
    public Classes classes() {
        return Classes.of(parts.stream().flatMap(part -> part.unit().stream()).toList());
    }

    public List<ExportPairs.Task> tasks() {
        Classes classes = classes();
        return parts.stream()
                .map(part -> new ExportPairs.Task(part, format, classes, shardBytes))
                .toList();
    }

    ExportFormat.PairFormat pairFormat() {
        return format.pairFormat(shardBytes);
    }

    /** Keys of the good images that it has, in formats that have a place for them. */
    List<String> goodImages() {
        return parts.stream()
                .filter(Part.GoodImages.class::isInstance)
                .map(Part.GoodImages.class::cast)
                .flatMap(part -> ExportPairs.keys(part, pairFormat()).stream())
                .filter(Objects::nonNull)
                .toList();
    }

    List<String> partNames() {
        return parts.stream().map(Part::name).toList();
    }

    /** Keys of the lists of the parts that have pairs. */
    List<String> pairLists() {
        return parts.stream()
                .filter(part -> part.unit().isPresent())
                .map(Part::list)
                .toList();
    }

    /** A piece of an export that one task writes. */
    public sealed interface Part extends Serializable {

        /** A name that follows from the content: the same piece of a later export has the same. */
        String name();

        /** The class of its pairs; empty for good images. */
        Optional<UnitKey> unit();

        /** Key of the list of what it has written. */
        default String list() {
            return PartLists.key(name());
        }

        /**
         * The accepted pairs of one Parquet file.
         *
         * @param key of the file in the store
         */
        record Samples(UnitKey key, String file, long bytes) implements Part {
            @Override
            public String name() {
                return digits(Fingerprint.of("samples").text("file", file).integer("bytes", bytes));
            }

            @Override
            public Optional<UnitKey> unit() {
                return Optional.of(key);
            }
        }

        /** The real pairs that an adapter was trained on. */
        record RealPairs(UnitKey key, List<DefectImage> images) implements Part {
            public RealPairs {
                images = List.copyOf(images);
            }

            @Override
            public String name() {
                String content = images.stream()
                        .map(image -> image.imageSha256() + " " + image.maskSha256())
                        .collect(Collectors.joining("\n"));
                return digits(Fingerprint.of("real-pairs")
                        .text("unit", key.toString())
                        .text("images", content));
            }

            @Override
            public Optional<UnitKey> unit() {
                return Optional.of(key);
            }
        }

        /**
         * Some defect-free images. None is opened to name them: their list says what they were when they were written.
         *
         * @param split {@code train} or {@code test}
         * @param first number of the first image among those of category and split
         */
        record GoodImages(String category, String split, int first, List<URI> images) implements Part {
            public GoodImages {
                images = List.copyOf(images);
            }

            @Override
            public String name() {
                String content = images.stream().map(URI::toString).collect(Collectors.joining("\n"));
                return digits(Fingerprint.of("good-images")
                        .text("category", category)
                        .text("split", split)
                        .integer("first", first)
                        .text("images", content));
            }

            @Override
            public Optional<UnitKey> unit() {
                return Optional.empty();
            }

            @Override
            public String list() {
                return PartLists.goodKey(name());
            }
        }

        private static String digits(Fingerprint.Builder name) {
            return name.build().shortHex();
        }
    }

    /**
     * The classes of an export: one a (category, defect), numbered from 0 in the order of their names.
     *
     * @param units distinct and sorted
     */
    public record Classes(List<UnitKey> units) implements Serializable {

        public Classes {
            units = List.copyOf(units);
        }

        public static Classes of(Collection<UnitKey> units) {
            return new Classes(units.stream().distinct().sorted(UnitKey.ORDER).toList());
        }

        int number(String category, String defect) {
            return units.indexOf(new UnitKey(category, defect));
        }

        /** In the order of their numbers, such as {@code cloth/hole}. */
        List<String> names() {
            return units.stream()
                    .map(unit -> unit.category() + "/" + unit.defect())
                    .toList();
        }
    }
}
