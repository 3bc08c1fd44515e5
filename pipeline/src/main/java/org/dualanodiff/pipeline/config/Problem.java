package org.dualanodiff.pipeline.config;

import com.typesafe.config.ConfigOrigin;
import java.util.Comparator;

/**
 * One thing wrong with the configuration.
 *
 * @param origin the file, environment variable, system property or command-line setting
 * @param line line in the file; below 1 where there is none
 * @param text what is wrong, what was expected and found
 */
record Problem(String origin, int line, String text) implements Comparable<Problem> {
    private static final Comparator<Problem> ORDER =
            Comparator.comparing(Problem::origin).thenComparing(Problem::line).thenComparing(Problem::text);

    /** What was typed may hold a secret that is not where it belongs. */
    Problem {
        text = Redaction.text(text);
    }

    /** A problem of the setting {@code key}; the key is left out of the text where the origin already ends with it. */
    static Problem of(ConfigOrigin origin, String key, String complaint) {
        Problem problem = of(origin, complaint);
        return problem.origin.endsWith(key)
                ? problem
                : new Problem(problem.origin, problem.line, key + " " + complaint);
    }

    /** A problem that belongs to a place rather than to a setting. */
    static Problem of(ConfigOrigin origin, String complaint) {
        return new Problem(withoutLine(origin.description()), origin.lineNumber(), complaint);
    }

    /** A file's origin reads {@code path: line} or {@code path: first-last}. */
    static String withoutLine(String description) {
        return description.replaceFirst(": \\d+(-\\d+)?$", "");
    }

    /** Where a value comes from, such as {@code conf/fast.conf:7}. */
    static String place(ConfigOrigin origin) {
        return place(withoutLine(origin.description()), origin.lineNumber());
    }

    private static String place(String origin, int line) {
        return origin + (line > 0 ? ":" + line : "");
    }

    @Override
    public int compareTo(Problem other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return place(origin, line) + ": " + text;
    }
}
