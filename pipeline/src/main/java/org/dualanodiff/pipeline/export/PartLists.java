package org.dualanodiff.pipeline.export;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;

/** What each part of an export has written: a line of JSON a pair, in {@code .export/parts}. */
final class PartLists {

    private PartLists() {}

    static String key(String part) {
        return ".export/parts/" + part + ".jsonl";
    }

    static long count(ObjectStore target, String list) {
        return new String(target.read(list), StandardCharsets.UTF_8).lines().count();
    }

    /** The entries of some parts, one part's list in memory at a time. */
    static Stream<PairEntry> entries(ObjectStore target, List<String> parts) {
        return parts.stream()
                .flatMap(part -> new String(target.read(key(part)), StandardCharsets.UTF_8)
                        .lines()
                        .map(PairEntry::parse));
    }
}
