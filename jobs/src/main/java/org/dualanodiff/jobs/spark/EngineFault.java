package org.dualanodiff.jobs.spark;

import java.util.Optional;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.dualanodiff.jobs.spark.NativeTask.UnitAttempt;
import org.dualanodiff.model.torch.Devices;
import org.dualanodiff.model.torch.Devices.DeviceException;
import org.dualanodiff.model.torch.OutOfDeviceMemoryException;
import org.dualanodiff.pipeline.Daemon;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine, its library or its device failed under a task. Whether that is the machine's fault or the unit's is seen from where
 * else it happens: {@link SickExecutors} counts units by executor, and a unit is blamed when a second executor agrees.
 */
public final class EngineFault extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(EngineFault.class);
    private static final long HEARD_MILLIS = 2_000;
    private static final int EXIT = 71;

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
                                TaskFailures.text(failure),
                                env.executorId(),
                                env.blockManager().blockManagerId().host(),
                                gpu));
    }

    /**
     * Ends this JVM, once Spark has heard of the failure, if its device does not compute any more: after some errors of CUDA
     * nothing in the process does, and a new executor may. Not where the driver lives in it.
     *
     * @param setting {@code compute.device}, under which the running task failed
     */
    static void endIfPoisoned(String setting) {
        if (!SparkEnv.get().executorId().equals("driver") && isPoisoned(setting)) {
            LOG.error("a GPU does not compute any more in this process, which ends");
            new Daemon("dualanodiff-end").newThread(EngineFault::end).start();
        }
    }

    private static boolean isPoisoned(String setting) {
        try {
            String device = GpuTask.device(setting);
            return device.startsWith("cuda") && !Devices.stillComputes(device);
        } catch (RuntimeException e) {
            LOG.warn("it cannot be told whether the device still computes: {}", e.getMessage());
            return false;
        }
    }

    private static void end() {
        try {
            Thread.sleep(HEARD_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        UnitAttempt.withdrawAll();
        Runtime.getRuntime().halt(EXIT);
    }

    /** Spark's name of the JVM that it happened in. */
    public String executor() {
        return executor;
    }

    /** The one that a failure comes from, if one does. */
    public static Optional<EngineFault> in(Throwable failure) {
        return TaskFailures.causes(failure)
                .filter(EngineFault.class::isInstance)
                .map(EngineFault.class::cast)
                .findFirst();
    }

    /** Whether a failure came out of the engine, and was not a lack of memory, which belongs to the settings. */
    static boolean is(Throwable failure) {
        return TaskFailures.causes(failure).anyMatch(EngineFault::isOfTheEngine) && !isOutOfMemory(failure);
    }

    static boolean isOutOfMemory(Throwable failure) {
        return OutOfDeviceMemoryException.of(failure).isPresent();
    }

    /** The engine's own by its name: only the model knows that class. */
    private static boolean isOfTheEngine(Throwable cause) {
        String name = cause.getClass().getSimpleName();
        return cause instanceof LinkageError || name.equals("EngineException") || cause instanceof DeviceException;
    }
}
