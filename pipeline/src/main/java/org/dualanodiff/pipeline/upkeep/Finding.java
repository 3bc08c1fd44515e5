package org.dualanodiff.pipeline.upkeep;

/**
 * Something in a store that is not as its records say.
 *
 * @param kind for programs, such as {@code file-missing}
 * @param where key in the store, or run
 * @param problem what was expected and what was found
 * @param advice what to do about it
 */
public record Finding(String kind, String where, String problem, String advice) {

    /** The finding for people, on one line. */
    public String line() {
        // What a parser says of a damaged record may have several lines.
        return "%s: %s: %s; %s".formatted(kind, where, problem.replaceAll("\\R", " "), advice);
    }
}
