package org.dualanodiff.pipeline.upkeep;

import com.google.gson.JsonElement;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.AgedFile;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the records of a store speak of: every text in them, whatever they call it. */
final class References {

    private static final Logger LOG = LoggerFactory.getLogger(References.class);

    /** All that may speak of runs; whoever adds a file of their own there keeps the runs that it names. */
    static final Pattern OF_DATASETS = Pattern.compile("datasets/.*\\.json");

    /** What says which adapters a run is bound to. */
    static final Pattern OF_RUNS = Pattern.compile("runs/[^/]+/(units/.*|manifest)\\.json");

    private final Set<String> texts;
    /** Whether a record cannot be read: then nobody can tell what it speaks of, and everything is taken for spoken of. */
    private final boolean any;

    private References(Set<String> texts, boolean any) {
        this.texts = texts;
        this.any = any;
    }

    /** @param files of the store; those are read whose keys match one of the patterns */
    static References in(ObjectStore store, Collection<AgedFile> files, Pattern... records) {
        List<String> keys = files.stream()
                .map(AgedFile::key)
                .filter(key -> Stream.of(records)
                        .anyMatch(record -> record.matcher(key).matches()))
                .toList();
        Set<String> all = new HashSet<>();
        boolean any = false;
        for (Optional<Set<String>> texts : ObjectStore.inParallel(keys, key -> texts(store, key))) {
            texts.ifPresent(all::addAll);
            any |= texts.isEmpty();
        }
        return new References(all, any);
    }

    /** These and what tables name: addresses of files of pairs, whatever way to the store they take; empty if nobody knows. */
    References with(Optional<Set<String>> addresses) {
        Set<String> all = new HashSet<>(texts);
        addresses.orElse(Set.of()).forEach(address -> all.add(StoredRuns.key(address)));
        return new References(all, any || addresses.isEmpty());
    }

    /** Whether a run is spoken of, by its id or by any path of its own. */
    boolean includeRun(String runId) {
        String segment = PathSegment.escape(runId);
        List<String> folders = List.of("runs/" + segment, "run=" + segment);
        return any
                || texts.stream()
                        .anyMatch(text -> text.equals(runId) || folders.stream().anyMatch(f -> holds(text, f)));
    }

    boolean name(String text) {
        return any || texts.contains(text);
    }

    private static boolean holds(String text, String folder) {
        return (text + "/").contains(folder + "/");
    }

    private static Optional<Set<String>> texts(ObjectStore store, String key) {
        try {
            Set<String> texts = new HashSet<>();
            texts(store.read(key, JsonElement.class)).forEach(texts::add);
            return Optional.of(texts);
        } catch (StoreException e) {
            LOG.warn("nothing goes that a record may speak of which cannot be read: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static Stream<String> texts(JsonElement json) {
        if (json.isJsonObject()) {
            return json.getAsJsonObject().entrySet().stream()
                    .flatMap(entry -> Stream.concat(Stream.of(entry.getKey()), texts(entry.getValue())));
        } else if (json.isJsonArray()) {
            return json.getAsJsonArray().asList().stream().flatMap(References::texts);
        }
        return json.isJsonNull() ? Stream.empty() : Stream.of(json.getAsString());
    }
}
