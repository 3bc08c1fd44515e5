package org.dualanodiff.pipeline.config;

import java.util.List;

/** The configuration cannot be used. Carries every problem found, each a line with its origin, for the person who wrote it. */
public final class InvalidConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /**
     * @param problems at least one line such as {@code conf/nightly.conf:12: generation.steps must be 1..1000, was 0}
     */
    public InvalidConfigException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** All problems, grouped by origin and in the order of lines. */
    public List<String> problems() {
        return problems;
    }
}
