package org.dualanodiff.pipeline.upkeep;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.export.PublishDataset.PublishedDataset;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.GarbageRules.AgeLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Versions of published data sets that were replaced long ago. A version's age is counted from the moment when the next one
 * was published: until then it was what everybody read.
 */
final class DatasetGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(DatasetGarbage.class);
    private static final Pattern VERSION = Pattern.compile("(datasets/[^/]+)/versions/\\d+\\.json");

    private final ObjectStore store;
    private final OptionalInt keep;
    private final AgeLimits limits;

    /** @param keep how many of the newest stay; empty: all */
    DatasetGarbage(ObjectStore store, OptionalInt keep, AgeLimits limits) {
        this.store = store;
        this.keep = keep;
        this.limits = limits;
    }

    Stream<FoundGarbage> in(Inventory files) {
        return keep.isEmpty()
                ? Stream.empty()
                : files.by(VERSION).entrySet().stream()
                        .flatMap(dataset ->
                                ofDataset(dataset.getKey(), dataset.getValue().files()));
    }

    private Stream<FoundGarbage> ofDataset(String folder, List<AgedFile> versions) {
        List<AgedFile> sorted = versions.stream()
                .sorted(Comparator.comparing(AgedFile::key, StoreLayout.BY_VERSION))
                .toList();
        int going = sorted.size() - Math.max(1, keep.getAsInt());
        return IntStream.range(0, Math.max(0, going))
                .filter(i -> sorted.get(i + 1).modified().isBefore(limits.keep()))
                .mapToObj(sorted::get)
                .filter(version -> !isCurrent(folder, version.key()))
                .map(version -> new FoundGarbage(
                        Garbage.of("a version of a data set that was replaced", version, Optional.empty()),
                        () -> !isCurrent(folder, version.key())));
    }

    /** Somebody may have put an older one in its place by hand. */
    private boolean isCurrent(String folder, String version) {
        String number = version.substring(version.lastIndexOf('/') + 1, version.length() - ".json".length());
        try {
            return store.find(folder + "/current.json", PublishedDataset.class)
                    .map(PublishedDataset::version)
                    .equals(Optional.of(Integer.parseInt(number)));
        } catch (StoreException e) {
            LOG.warn("no version of {} goes, since nobody can tell which is current: {}", folder, e.getMessage());
            return true;
        }
    }
}
