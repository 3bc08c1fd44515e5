package org.dualanodiff.pipeline.dataset;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The names that exist where a person asked for another one.
 *
 * @param names in ascending order
 */
record KnownNames(List<String> names) {
    private static final int SHOWN = 20;

    KnownNames(Collection<String> names) {
        this(names.stream().distinct().sorted().toList());
    }

    boolean has(String name) {
        return names.contains(name);
    }

    /** The end of a message: the nearest name where one is near, and what there is to choose from. */
    String suggest(String wanted) {
        String near = nearest(wanted).map("did you mean \"%s\"? "::formatted).orElse("");
        if (names.isEmpty()) {
            return "there is none at all";
        }
        String rest = names.size() > SHOWN ? ", ... (%d in all)".formatted(names.size()) : "";
        return near + "there are: " + names.stream().limit(SHOWN).collect(Collectors.joining(", ")) + rest;
    }

    Optional<String> nearest(String wanted) {
        return names.stream()
                .min(Comparator.comparingInt(name -> distance(wanted, name)))
                .filter(name -> distance(wanted, name) <= Math.max(2, wanted.length() / 3));
    }

    /** Levenshtein distance, letters compared without regard to case. */
    private static int distance(String one, String other) {
        String a = one.toLowerCase(Locale.ROOT);
        String b = other.toLowerCase(Locale.ROOT);
        int[] above = new int[b.length() + 1];
        Arrays.setAll(above, j -> j);
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int swap = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(swap, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
