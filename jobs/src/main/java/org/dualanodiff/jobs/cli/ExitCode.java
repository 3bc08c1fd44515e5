package org.dualanodiff.jobs.cli;

/** How the process ends. */
public final class ExitCode {

    public static final int DONE = 0;
    /** A defect of the program, or a failure nobody foresaw. */
    public static final int UNEXPECTED = 1;
    /** Configuration or usage. */
    public static final int USAGE = 2;
    /** The input data cannot be used. */
    public static final int DATA = 3;
    /** Some units failed or have too few good pairs; the rest is committed. */
    public static final int PARTIAL = 4;

    private ExitCode() {}
}
