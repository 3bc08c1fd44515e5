package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.RunLease;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that works with the model, on a GPU if there is one. Whatever fails is either its machine's, which Spark is told, or
 * its unit's, which is a result like any other.
 */
public abstract class NativeTask<T, R> implements Function<T, NativeTask.Done<R>> {

    private static final Logger LOG = LoggerFactory.getLogger(NativeTask.class);

    final TaskSettings settings;
    final RunLease.Fence fence;
    private final String stage;
    private final long submitted = System.currentTimeMillis();

    /** @param stage {@code train} or {@code generate} */
    NativeTask(TaskSettings settings, RunLease.Fence fence, String stage) {
        this.settings = settings;
        this.fence = fence;
        this.stage = stage;
    }

    abstract UnitKey unit(T task);

    abstract R work(T task, ObjectStore store, TaskWatch watch) throws Exception;

    abstract R failed(T task, double seconds, String error);

    @Override
    public Done<R> call(T task) throws Exception {
        Instant started = Instant.now();
        String unit = unit(task).toString();
        try (TaskWatch watch = TaskWatch.start(unit, submitted)) {
            try (ObjectStore store = settings.openStore()) {
                fence.requireSameStore(store);
                UnitAttempt attempt = new UnitAttempt(store, fence.runId(), unit(task));
                Optional<String> died = attempt.diedBefore();
                R result = died.isPresent() ? null : attempted(task, store, attempt, watch);
                return new Done<>(result, record(unit, started), died.orElse(null));
            } catch (TaskKilledException e) {
                throw e;
            } catch (Exception | OutOfMemoryError | LinkageError e) {
                if (EngineFault.is(e)) {
                    EngineFault.endIfPoisoned(settings.device());
                }
                TaskFailures.throwIfOfTheMachine(e);
                LOG.error("{} of {} failed", stage, unit, e);
                return new Done<>(failed(task, watch.seconds(), TaskFailures.text(e)), record(unit, started), null);
            }
        }
    }

    private R attempted(T task, ObjectStore store, UnitAttempt attempt, TaskWatch watch) throws Exception {
        try (UnitAttempt marked = attempt.begin()) {
            Hook.call(stage, unit(task).toString());
            return work(task, store, watch);
        }
    }

    private Record record(String unit, Instant started) {
        SparkEnv env = SparkEnv.get();
        TaskContext task = TaskContext.get();
        return new Record(
                stage,
                unit,
                env.executorId(),
                env.blockManager().blockManagerId().host(),
                GpuTask.address(task).orElse(null),
                task.attemptNumber(),
                started,
                Instant.now());
    }

    /**
     * What a task came to.
     *
     * @param result null if it did not begin
     * @param record where and when it worked
     * @param died name of the executor on which an earlier attempt at it ended without a word, which is why this one did not begin;
     *     or null
     */
    public record Done<R>(R result, Record record, String died) implements Serializable {}

    /**
     * Where and when a task worked on a unit.
     *
     * @param work {@code train} or {@code generate}
     * @param unit such as {@code hazelnut/crack}
     * @param executor Spark's name of the JVM
     * @param host of the executor
     * @param gpu the address that Spark gave the task, or null if it gave none; the device computed on may be another, as
     *     {@code compute.device} says
     * @param attempt 0 for the first
     */
    public record Record(
            String work,
            String unit,
            String executor,
            String host,
            String gpu,
            int attempt,
            Instant startedAt,
            Instant finishedAt)
            implements Serializable {}

    /**
     * Called where native work begins and before a commit, so that tests can have a machine fail there: the system property
     * {@value #PROPERTY} of the JVM names a class on its class path that implements this. Absent in production.
     */
    @FunctionalInterface
    public interface Hook {

        String PROPERTY = "dualanodiff.test.hook";

        /**
         * @param stage {@code train} or {@code generate}; {@code commit} in the driver
         * @param unit such as {@code hazelnut/crack}
         */
        void at(String stage, String unit) throws Exception;

        /** @throws Exception what the hook throws, if there is one */
        public static void call(String stage, String unit) throws Exception {
            String name = System.getProperty(PROPERTY);
            if (name != null) {
                Class<?> hook = Class.forName(name, true, Thread.currentThread().getContextClassLoader());
                ((Hook) hook.getDeclaredConstructor().newInstance()).at(stage, unit);
            }
        }
    }

    /**
     * The running attempt at a task, as the store knows it. A marker lies there as long as native work goes on; native code can end
     * the JVM without a word, and then the marker is what is left. The attempt after that does not begin: what kills one executor
     * kills the next.
     */
    static final class UnitAttempt implements AutoCloseable {

        private static final Logger LOG = LoggerFactory.getLogger(UnitAttempt.class);

        private static final Set<UnitAttempt> OPEN = ConcurrentHashMap.newKeySet();

        private final ObjectStore store;
        private final String folder;
        private final String task;
        private final String marker;

        /** Of the task that runs on this thread. */
        UnitAttempt(ObjectStore store, String runId, UnitKey unit) {
            TaskContext context = TaskContext.get();
            SparkEnv env = SparkEnv.get();
            this.store = store;
            this.folder = StoreLayout.attempts(runId, unit);
            this.task =
                    "%s/%s-%d-%d-".formatted(folder, env.conf().getAppId(), context.stageId(), context.partitionId());
            this.marker = "%s%d.%s".formatted(task, context.attemptNumber(), env.executorId());
        }

        /** The executor on which an earlier attempt at this task died; the first attempt does not look. */
        Optional<String> diedBefore() {
            if (TaskContext.get().attemptNumber() == 0) {
                return Optional.empty();
            }
            return store.list(folder).stream()
                    .map(StoredFile::key)
                    .filter(key -> key.startsWith(task))
                    .max(Comparator.naturalOrder())
                    .map(key -> key.substring(key.lastIndexOf('.') + 1));
        }

        UnitAttempt begin() {
            OPEN.add(this);
            store.write(marker, SparkEnv.get().executorId().getBytes(StandardCharsets.UTF_8));
            return this;
        }

        /** That this JVM ends says nothing of the units at work in it. */
        static void withdrawAll() {
            OPEN.forEach(UnitAttempt::close);
        }

        /** The work has ended, well or not, and the JVM lives. */
        @Override
        public void close() {
            OPEN.remove(this);
            try {
                store.deleteFiles(List.of(marker));
            } catch (StoreException e) {
                LOG.warn("the marker of a finished task is left behind: {}", e.getMessage());
            }
        }
    }
}
