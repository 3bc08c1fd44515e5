package org.dualanodiff.pipeline.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/** Finds the name that a misspelled one probably means. */
final class NearestName {
    private NearestName() {}

    /** The nearest of {@code names} by edit distance; empty when none is near (more than a third of the letters differ). */
    static Optional<String> of(String wrong, Collection<String> names) {
        int limit = Math.max(2, wrong.length() / 3);
        return names.stream()
                .filter(name -> distance(wrong, name) <= limit)
                .min(Comparator.<String>comparingInt(name -> distance(wrong, name))
                        .thenComparing(Comparator.naturalOrder()));
    }

    /** Levenshtein distance: insertions, deletions and replacements between {@code a} and {@code b}. */
    static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            above = nextRow(above, a.charAt(i - 1), b, i);
        }
        return above[b.length()];
    }

    private static int[] nextRow(int[] above, char letter, String b, int row) {
        int[] current = new int[above.length];
        current[0] = row;
        for (int j = 1; j < current.length; j++) {
            int replaced = above[j - 1] + (letter == b.charAt(j - 1) ? 0 : 1);
            current[j] = Math.min(replaced, 1 + Math.min(above[j], current[j - 1]));
        }
        return current;
    }
}
