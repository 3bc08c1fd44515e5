package org.dualanodiff.pipeline.export;

import static java.util.Objects.requireNonNull;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.TextResource;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;

/** Publishes data sets, and finds published ones. */
public final class PublishDataset {

    private final ObjectStore store;

    public PublishDataset(ObjectStore store) {
        this.store = store;
    }

    public Optional<PublishedDataset> find(String name) {
        return store.find(StoreLayout.currentDataset(name), PublishedDataset.class);
    }

    /** The newest versions of a data set that there are, one more than are asked for: the current one may be the asker's own. */
    public List<PublishedDataset> newestFirst(String name, int count) {
        List<String> keys = store.list(StoreLayout.dataset(name)).stream()
                .map(StoredFile::key)
                .filter(key -> StoreLayout.isOfDataset(name, key) && key.contains("/versions/"))
                .sorted(StoreLayout.BY_VERSION.reversed())
                .limit(count + 1L)
                .toList();
        return ObjectStore.inParallel(keys, key -> store.read(key, PublishedDataset.class));
    }

    /**
     * Makes a data set the current one of its name, as the next version; nothing happens if it holds the same pairs as
     * the current one. The version's own file is written first and never again, then the card, then the pointer. If somebody
     * else has published a later version meanwhile, that one stays current.
     *
     * @param dataset its version is ignored
     * @return the version that holds it
     * @throws StoreException if it holds no accepted pair
     */
    public PublishedDataset publish(PublishedDataset dataset) {
        if (dataset.accepted() == 0) {
            throw new StoreException(
                    "the runs %s have no accepted pair; nothing was published".formatted(dataset.runs()));
        }
        requireEmptyOrPublished(dataset.name());
        Optional<PublishedDataset> current = find(dataset.name());
        if (current.filter(dataset::sameContent).isPresent()) {
            return current.orElseThrow();
        }
        PublishedDataset next =
                claim(dataset, current.map(PublishedDataset::version).orElse(0) + 1);
        PublishedDataset pointed = next;
        pointTo(pointed);
        for (PublishedDataset newest = newest(pointed);
                newest.version() > pointed.version();
                newest = newest(pointed)) {
            pointed = newest;
            pointTo(pointed);
        }
        return next;
    }

    private PublishedDataset newest(PublishedDataset known) {
        return newestFirst(known.name(), 0).stream().findFirst().orElse(known);
    }

    private void pointTo(PublishedDataset version) {
        store.write(
                StoreLayout.datasetCard(version.name()),
                DatasetCard.of(version, store.root()).getBytes(StandardCharsets.UTF_8));
        store.write(StoreLayout.currentDataset(version.name()), Json.record(version));
    }

    private void requireEmptyOrPublished(String name) {
        String folder = StoreLayout.dataset(name);
        List<String> foreign = store.list(folder).stream()
                .map(StoredFile::key)
                .filter(key -> !StoreLayout.isOfDataset(name, key))
                .toList();
        if (!foreign.isEmpty()) {
            throw new StoreException("%s is not only of published data sets: there is %s; give another name"
                    .formatted(store.uri(folder), foreign.get(0)));
        }
    }

    /** The first free number from the given one on. */
    private PublishedDataset claim(PublishedDataset dataset, int from) {
        PublishedDataset next = dataset.withVersion(from);
        while (!store.createIfAbsent(StoreLayout.datasetVersion(next.name(), next.version()), Json.record(next))) {
            next = dataset.withVersion(next.version() + 1);
        }
        return next;
    }

    /** The {@code README.md} beside a published data set: what it holds and how it is read. */
    static final class DatasetCard {

        private DatasetCard() {}

        /** @param store its root */
        static String of(PublishedDataset dataset, String store) {
            return Card.of(
                    "dataset-card.md",
                    Map.of(
                            "units", units(dataset),
                            "name", Card.plain(dataset.name()),
                            "version", Integer.toString(dataset.version()),
                            "published", dataset.publishedAt().toString(),
                            "accepted", Long.toString(dataset.accepted()),
                            "runs", Card.plain(String.join(", ", dataset.runs())),
                            "store", DisplayText.line(store).replace('`', '\''),
                            "product", dataset.productVersion()));
        }

        private static String units(PublishedDataset dataset) {
            return dataset.units().stream()
                    .map(unit -> String.format(
                            Locale.ROOT,
                            "| %s | %s | %d | %d | %s | %s |",
                            Card.plain(unit.category()),
                            Card.plain(unit.defect()),
                            unit.accepted(),
                            unit.rejected(),
                            Card.plain(unit.run()),
                            unit.adapter() == null
                                    ? "-"
                                    : unit.adapter()
                                            .substring(
                                                    0,
                                                    Math.min(12, unit.adapter().length()))))
                    .collect(Collectors.joining("\n"));
        }
    }

    /** Pages in Markdown, made of a template of this package. */
    static final class Card {
        private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z]+)}");
        private static final Pattern MARKUP = Pattern.compile("[\\\\`*\\[\\]<>|]");

        private Card() {}

        /** @param values by placeholder; texts of data must have gone through {@link #plain} */
        static String of(String template, Map<String, String> values) {
            return DisplayText.fill(TextResource.read(Card.class, template), PLACEHOLDER, values);
        }

        /** A text from data that is no markup, whatever is in it. */
        static String plain(String text) {
            return MARKUP.matcher(DisplayText.line(text)).replaceAll("\\\\$0");
        }
    }

    /**
     * A data set that a store publishes under a name: {@code datasets/NAME/current.json}. It points to the Parquet files of
     * runs; nothing is copied. Its rows include rejected pairs, which have another {@code status} than {@code accepted}.
     *
     * @param version 1 for the first, and one more with each change; every version is kept in {@code versions/}
     * @param runs whose pairs it holds
     * @param files in the order of their keys
     */
    public record PublishedDataset(
            String name,
            int version,
            Instant publishedAt,
            List<String> runs,
            List<Unit> units,
            List<File> files,
            String productVersion) {

        public PublishedDataset {
            requireNonNull(name, "name");
            runs = List.copyOf(requireNonNull(runs, "runs"));
            units = List.copyOf(requireNonNull(units, "units"));
            files = List.copyOf(requireNonNull(files, "files"));
        }

        /**
         * The pairs of one (category, defect) by one run.
         *
         * @param adapter fingerprint of the adapter that made them; null if the manifest does not say
         */
        public record Unit(String run, String category, String defect, String adapter, long accepted, long rejected) {}

        /**
         * A Parquet file.
         *
         * @param key path below the store's root
         */
        public record File(String key, long bytes, String run, String category, String defect) {

            public UnitKey unit() {
                return new UnitKey(category, defect);
            }
        }

        /** Whether both hold the same pairs, whenever they were published. */
        boolean sameContent(PublishedDataset other) {
            return runs.equals(other.runs) && files.equals(other.files) && units.equals(other.units);
        }

        PublishedDataset withVersion(int number) {
            return new PublishedDataset(name, number, publishedAt, runs, units, files, productVersion);
        }

        long accepted() {
            return units.stream().mapToLong(Unit::accepted).sum();
        }
    }
}
