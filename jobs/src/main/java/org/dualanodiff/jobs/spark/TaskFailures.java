package org.dualanodiff.jobs.spark;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.fs.ClusterStorageCapacityExceededException;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;
import org.apache.spark.SparkException;
import org.apache.spark.TaskContext;
import org.dualanodiff.pipeline.dataset.DatasetFiles.OutsideRootException;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which failures of a task are its machine's or the network's rather than its data's: those are handed to Spark, which
 * tries the task again, elsewhere if it can. All others stay with the unit.
 */
public final class TaskFailures {

    /** {@code local[N]} tries once, {@code local[N,M]} M times; a cluster as often as it is told. */
    private static final Pattern LOCAL = Pattern.compile("local(?:\\[[^,\\]]*(?:,\\s*(\\d+))?])?");

    private static final Logger LOG = LoggerFactory.getLogger(TaskFailures.class);

    private static final int SPARK_DEFAULT = 4;

    private static final List<Class<? extends IOException>> LASTING = List.of(
            FileNotFoundException.class,
            NoSuchFileException.class,
            AccessDeniedException.class,
            AccessControlException.class,
            ClusterStorageCapacityExceededException.class,
            OutsideRootException.class);

    private static final int LONGEST = 2_000;

    private static final String MEMORY =
            "; it needs less with training.micro-batch-size, training.recompute, generation.batch-size or compute.precision,"
                    + " or a larger device (heap: spark.executor.memory, or JAVA_OPTS=-Xmx4g where Spark is embedded)";

    private TaskFailures() {}

    /**
     * Hands a failure to Spark if it is not the unit's, the last attempt's, too: a job that Spark gives up is submitted again.
     * Engine faults always: from one machine nobody can tell whose they are.
     */
    static void throwIfOfTheMachine(Throwable failure) throws Exception {
        if (EngineFault.is(failure)) {
            throw EngineFault.here(failure);
        }
        if (failure instanceof Exception exception && (retriedBySpark(failure) || mayPass(failure))) {
            throw exception;
        }
    }

    /** Of disk or network, and not that a file is not there, or not to be read or written: that will be so in a minute, too. */
    static boolean mayPass(Throwable failure) {
        return isOfTheMachine(failure)
                && causes(failure).noneMatch(cause -> LASTING.stream().anyMatch(kind -> kind.isInstance(cause)));
    }

    /** Whether another attempt at the running task may go better, and Spark will make one. */
    static boolean retriedBySpark(Throwable failure) {
        TaskContext task = TaskContext.get();
        return task != null
                && isOfTheMachine(failure)
                && task.attemptNumber() + 1 < attempts(SparkEnv.get().conf());
    }

    /** No room, no answer, a broken connection: an input-output error that no reader of data made. */
    public static boolean isOfTheMachine(Throwable failure) {
        return causes(failure).noneMatch(UnreadableImageException.class::isInstance)
                && causes(failure)
                        .anyMatch(cause -> cause instanceof IOException || cause instanceof UncheckedIOException);
    }

    static int attempts(SparkConf conf) {
        Matcher local = LOCAL.matcher(conf.get("spark.master", ""));
        if (local.matches()) {
            return local.group(1) == null ? 1 : Integer.parseInt(local.group(1));
        }
        return conf.getInt("spark.task.maxFailures", SPARK_DEFAULT);
    }

    static Stream<Throwable> causes(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }

    /** Why a task has failed, where Spark is not to try it again: a failure that stays with the task, as its result. */
    public static String staying(String what, Exception failure) throws Exception {
        if (retriedBySpark(failure)) {
            throw failure;
        }
        LOG.error("{} failed", what, failure);
        return text(failure);
    }

    /** What a manifest says of an exception: one line, with its kind where the message alone does not speak. */
    static String text(Throwable failure) {
        boolean unexplained = EngineFault.isOutOfMemory(failure)
                && !String.valueOf(failure.getMessage()).contains("To need less");
        String kind = failure.getClass().getSimpleName();
        String text = failure.getMessage() == null ? failure.getClass().getName() : kind + ": " + failure.getMessage();
        return (text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " ...") + (unexplained ? MEMORY : "");
    }

    /** Of a step that broke off on the driver: what the last task of its Spark job failed of, as far as that came back. */
    public static String textOfJob(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof SparkException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause instanceof EngineFault ? cause.getMessage() : text(cause);
    }
}
