package org.dualanodiff.pipeline.upkeep;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;

/** Files of a store with their ages, as they were when they were listed. */
record Inventory(List<AgedFile> files) {

    /** All that lies in some folders now, finished or not. */
    static Inventory of(ObjectStore store, String... folders) {
        return new Inventory(Stream.of(folders)
                .flatMap(folder -> store.inventory(folder).stream())
                .toList());
    }

    Inventory only(Predicate<AgedFile> condition) {
        return new Inventory(files.stream().filter(condition).toList());
    }

    Inventory under(String folder) {
        return only(file -> file.key().startsWith(folder + "/"));
    }

    /** Those last written before a moment. */
    Inventory olderThan(Instant moment) {
        return only(file -> file.modified().isBefore(moment));
    }

    /** What is left when garbage is gone. */
    Inventory without(Collection<FoundGarbage> garbage) {
        Set<String> gone = garbage.stream().map(one -> one.garbage().key()).collect(Collectors.toSet());
        return only(file -> Stream.iterate(
                        file.key(), key -> !key.isEmpty(), key -> key.substring(0, Math.max(0, key.lastIndexOf('/'))))
                .noneMatch(gone::contains));
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    boolean holds(String key) {
        return files.stream().anyMatch(file -> file.key().equals(key));
    }

    /** Whether there are any, and none was written since. */
    boolean areOlderThan(Instant moment) {
        return !isEmpty() && olderThan(moment).files.size() == files.size();
    }

    /** By what a key belongs to; sorted, and without those that belong to nothing. */
    Map<String, Inventory> by(Function<String, Optional<String>> group) {
        return files.stream()
                .filter(file -> group.apply(file.key()).isPresent())
                .collect(Collectors.groupingBy(
                        file -> group.apply(file.key()).orElseThrow(),
                        TreeMap::new,
                        Collectors.collectingAndThen(Collectors.toList(), Inventory::new)));
    }

    /** By the first group of a pattern that matches the whole key, as by a function. */
    Map<String, Inventory> by(Pattern pattern) {
        return by(key -> {
            Matcher matcher = pattern.matcher(key);
            return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
        });
    }

    /** These files as the garbage at a key, which is a file or a folder. */
    Garbage garbage(String reason, String key, Optional<String> runId) {
        long bytes = files.stream().mapToLong(AgedFile::bytes).sum();
        return new Garbage(reason, key, files.size(), bytes, runId);
    }
}
