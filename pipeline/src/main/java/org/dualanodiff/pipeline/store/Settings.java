package org.dualanodiff.pipeline.store;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Flat settings ({@code generation.steps -> 50}): kept sorted, so that files and hashes come out the same. */
final class Settings {
    private Settings() {}

    static SortedMap<String, String> sorted(Map<String, String> settings) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(settings));
    }

    static Fingerprint fingerprint(Map<String, String> settings) {
        return Fingerprint.of("run-settings/1").map("settings", settings).build();
    }

    /** Each setting that differs, as {@code generation.steps: 50 there, 25 here}. */
    static List<String> differences(Map<String, String> there, Map<String, String> here) {
        TreeSet<String> names = new TreeSet<>(there.keySet());
        names.addAll(here.keySet());
        return names.stream()
                .filter(name -> !Objects.equals(there.get(name), here.get(name)))
                .map(name -> "%s: %s there, %s here".formatted(name, shown(there.get(name)), shown(here.get(name))))
                .toList();
    }

    private static String shown(String value) {
        return value == null ? "not set" : value;
    }
}
