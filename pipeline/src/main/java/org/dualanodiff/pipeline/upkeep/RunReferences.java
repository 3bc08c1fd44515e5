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

/** The runs that published data sets speak of, by id or by any path of theirs. */
final class RunReferences {

    private static final Pattern PUBLISHED = Pattern.compile("datasets/.*\\.json");

    private final Set<String> texts;

    private RunReferences(Set<String> texts) {
        this.texts = texts;
    }

    /** @param files of the store */
    static RunReferences in(ObjectStore store, Collection<AgedFile> files) {
        Set<String> texts = new HashSet<>();
        files.stream()
                .map(AgedFile::key)
                .filter(key -> PUBLISHED.matcher(key).matches())
                .flatMap(key -> texts(parsed(store, key)))
                .forEach(texts::add);
        return new RunReferences(texts);
    }

    /** @throws StoreException if it cannot be read: then nobody can tell which runs it speaks of */
    private static JsonElement parsed(ObjectStore store, String key) {
        return Json.parse(store.read(key), JsonElement.class, store.uri(key));
    }

    boolean include(String runId) {
        String segment = PathSegment.escape(runId);
        List<String> folders = List.of("runs/" + segment, "run=" + segment);
        return texts.stream()
                .anyMatch(text -> text.equals(runId) || folders.stream().anyMatch(f -> holds(text, f)));
    }

    boolean name(String key) {
        return texts.contains(key);
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
