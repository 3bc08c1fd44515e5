package org.dualanodiff.pipeline;

import java.util.List;

/**
 * What the person at the command line can mend: the message says what is wrong, where, and what to do, and is shown alone. Any
 * other exception is a fault of this program and is shown with its stack trace.
 */
public class UserError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is to be mended, which the exit code tells, too. */
    public enum Cause {
        /** Settings, options, or a place that they name. */
        SETTINGS,
        /** The images, masks and tables of the data set. */
        DATA
    }

    private final Cause mended;
    private final List<String> problems;

    /** A problem of the settings. */
    public UserError(String problem) {
        this(Cause.SETTINGS, List.of(problem), null);
    }

    /** A problem of the settings that another exception has told. */
    public UserError(String problem, Throwable cause) {
        this(Cause.SETTINGS, List.of(problem), cause);
    }

    /**
     * All problems of the settings at once.
     *
     * @param problems at least one line such as {@code conf/nightly.conf:12: generation.steps must be 1..1000, was 0}
     */
    public UserError(List<String> problems) {
        this(Cause.SETTINGS, problems, null);
    }

    protected UserError(Cause mended, List<String> problems, Throwable cause) {
        super(String.join(System.lineSeparator(), problems), cause);
        this.mended = mended;
        this.problems = List.copyOf(problems);
    }

    /** A problem of the data set. */
    public static UserError ofData(String problem) {
        return new UserError(Cause.DATA, List.of(problem), null);
    }

    /** Whether it is the data that has to be mended rather than the settings. */
    public boolean isOfData() {
        return mended == Cause.DATA;
    }

    /** All problems, each to be shown on lines of its own. */
    public List<String> problems() {
        return problems;
    }
}
