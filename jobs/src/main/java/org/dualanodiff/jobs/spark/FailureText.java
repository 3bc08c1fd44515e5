package org.dualanodiff.jobs.spark;

import org.apache.spark.SparkException;

/** What a manifest says of an exception: one line, with its kind where the message alone does not speak. */
public final class FailureText {

    private static final int LONGEST = 2_000;

    private static final String MEMORY =
            "; it needs less with training.micro-batch-size, training.recompute, generation.batch-size or compute.precision,"
                    + " or a larger device (heap: spark.executor.memory, or JAVA_OPTS=-Xmx4g where Spark is embedded)";

    private FailureText() {}

    static String of(Throwable failure) {
        boolean unexplained = EngineFault.isOutOfMemory(failure)
                && !String.valueOf(failure.getMessage()).contains("To need less");
        return cut(text(failure)) + (unexplained ? MEMORY : "");
    }

    /** Of a step that broke off on the driver: what the last task of its Spark job failed of, as far as that came back. */
    public static String ofJob(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof SparkException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof EngineFault ? cause.getMessage() : of(cause);
    }

    private static String text(Throwable failure) {
        return failure.getMessage() == null
                ? failure.getClass().getName()
                : failure.getClass().getSimpleName() + ": " + failure.getMessage();
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...";
    }
}
