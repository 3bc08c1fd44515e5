package org.dualanodiff.pipeline.upkeep;

import com.google.gson.JsonElement;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.AgedFile;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.PathSegment;
import org.dualanodiff.pipeline.store.StoreException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs that published data sets speak of, by id or by any path of theirs. */
final class RunReferences {

    private static final Pattern PUBLISHED = Pattern.compile("datasets/.*\\.json");

    private static final Logger LOG = LoggerFactory.getLogger(RunReferences.class);

    private final Set<String> texts;
    /** Whether a record cannot be read: then nobody can tell which runs it speaks of, and all are taken for spoken of. */
    private final boolean any;

    private RunReferences(Set<String> texts, boolean any) {
        this.texts = texts;
        this.any = any;
    }

    /** @param files of the store */
    static RunReferences in(ObjectStore store, Collection<AgedFile> files) {
        Set<String> texts = new HashSet<>();
        boolean any = false;
        for (AgedFile file : files) {
            String key = file.key();
            if (PUBLISHED.matcher(key).matches()) {
                try {
                    texts(Json.parse(store.read(key), JsonElement.class, store.uri(key)))
                            .forEach(texts::add);
                } catch (StoreException e) {
                    LOG.warn("no run goes, since a data set may speak of any: {}", e.getMessage());
                    any = true;
                }
            }
        }
        return new RunReferences(texts, any);
    }

    boolean include(String runId) {
        String segment = PathSegment.escape(runId);
        List<String> folders = List.of("runs/" + segment, "run=" + segment);
        return any
                || texts.stream()
                        .anyMatch(text -> text.equals(runId) || folders.stream().anyMatch(f -> holds(text, f)));
    }

    boolean name(String key) {
        return any || texts.contains(key);
    }

    private static boolean holds(String text, String folder) {
        return (text + "/").contains(folder + "/");
    }

    private static Stream<String> texts(JsonElement json) {
        if (json.isJsonObject()) {
            return json.getAsJsonObject().entrySet().stream()
                    .flatMap(entry -> Stream.concat(Stream.of(entry.getKey()), texts(entry.getValue())));
        } else if (json.isJsonArray()) {
            return json.getAsJsonArray().asList().stream().flatMap(RunReferences::texts);
        }
        return json.isJsonNull() ? Stream.empty() : Stream.of(json.getAsString());
    }
}
