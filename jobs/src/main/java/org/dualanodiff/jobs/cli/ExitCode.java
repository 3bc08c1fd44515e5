package org.dualanodiff.jobs.cli;

import java.util.LinkedHashMap;
import java.util.Map;

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

    /** What each code means, for people; {@code docs/get-started.md} has the same. */
    static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        meanings.put("" + DONE, "done");
        meanings.put("" + UNEXPECTED, "unexpected failure: a bug in the program, with its stack trace");
        meanings.put(
                "" + USAGE, "wrong configuration or usage, or a place that does not answer; doctor found something");
        meanings.put(
                "" + DATA, "input data that cannot be used; in evaluate a test image that something was trained on");
        meanings.put(
                "" + PARTIAL,
                "partial: units failed or have too few good pairs, parts of an export failed, verify or bench gpu found"
                        + " something, report --every saw a run end without a manifest, or in evaluate detectors failed or"
                        + " the loss is above evaluate.allowed-loss. Everything that succeeded is committed");
        return meanings;
    }
}
