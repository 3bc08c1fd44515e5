package org.dualanodiff.jobs.spark;

/** What a manifest says of an exception: one line, with its kind where the message alone does not speak. */
final class FailureText {

    private static final int LONGEST = 2_000;

    private FailureText() {}

    static String of(Throwable failure) {
        String text = failure.getMessage() == null
                ? failure.getClass().getName()
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
    }
}
