package org.dualanodiff.jobs.spark;

import java.util.stream.Stream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.dualanodiff.model.torch.DeviceException;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;

/**
 * The engine, its library or its device failed under a task. Whether that is the machine's fault or the unit's is seen from where
 * else it happens: {@link SickExecutors} counts units by executor, and a unit is blamed when a second executor agrees.
 */
public final class EngineFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String executor;

    /** Without its cause, whose class the driver may not know. */
    private EngineFault(String executor, String text) {
        super(text);
        this.executor = executor;
    }

    /** On the machine of the running task. */
    static EngineFault here(Throwable failure) {
        SparkEnv env = SparkEnv.get();
        String gpu = GpuTask.address(TaskContext.get())
                .map(address -> ", GPU " + address)
                .orElse("");
        return new EngineFault(
                env.executorId(),
                "%s (executor %s on %s%s)"
                        .formatted(
                                FailureText.of(failure),
                                env.executorId(),
                                env.blockManager().blockManagerId().host(),
                                gpu));
    }

    /** Spark's name of the JVM that it happened in. */
    public String executor() {
        return executor;
    }

    /** Whether a failure came out of the engine, and was not a lack of memory, which belongs to the settings. */
    static boolean is(Throwable failure) {
        return chain(failure).anyMatch(EngineFault::isOfTheEngine) && !isOutOfMemory(failure);
    }

    static boolean isOutOfMemory(Throwable failure) {
        return OutOfDeviceMemoryException.of(failure).isPresent();
    }

    /** The engine's own by its name: only the model knows that class. */
    private static boolean isOfTheEngine(Throwable cause) {
        String name = cause.getClass().getSimpleName();
        return cause instanceof LinkageError || name.equals("EngineException") || cause instanceof DeviceException;
    }

    private static Stream<Throwable> chain(Throwable failure) {
        return Stream.iterate(failure, cause -> cause != null, Throwable::getCause);
    }
}
