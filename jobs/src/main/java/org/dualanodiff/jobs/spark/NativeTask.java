package org.dualanodiff.jobs.spark;

import java.time.Instant;
import java.util.Optional;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.Function;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A task that works with the model, on a GPU if there is one. Whatever fails is either its machine's, which Spark is told, or
 * its unit's, which is a result like any other.
 */
abstract class NativeTask<T, R> implements Function<T, TaskDone<R>> {

    private static final Logger LOG = LoggerFactory.getLogger(NativeTask.class);

    final TaskSettings settings;
    private final String runId;
    private final String stage;
    private final long submitted = System.currentTimeMillis();

    /** @param stage {@code train} or {@code generate} */
    NativeTask(TaskSettings settings, String runId, String stage) {
        this.settings = settings;
        this.runId = runId;
        this.stage = stage;
    }

    abstract UnitKey unit(T task);

    abstract R work(T task, ObjectStore store, TaskWatch watch) throws Exception;

    abstract R failed(T task, double seconds, String error);

    @Override
    public TaskDone<R> call(T task) throws Exception {
        Instant started = Instant.now();
        String unit = unit(task).toString();
        try (TaskWatch watch = TaskWatch.start(unit, submitted)) {
            try (ObjectStore store = settings.openStore()) {
                UnitAttempt attempt = new UnitAttempt(store, runId, unit(task));
                Optional<String> died = attempt.diedBefore();
                R result = died.isPresent() ? null : attempted(task, store, attempt, watch);
                return new TaskDone<>(result, record(unit, started), died.orElse(null));
            } catch (Exception | OutOfMemoryError | LinkageError e) {
                if (EngineFault.is(e)) {
                    EngineFault.endIfPoisoned(settings.device());
                }
                TaskFailures.throwIfOfTheMachine(e);
                LOG.error("{} of {} failed", stage, unit, e);
                return new TaskDone<>(failed(task, watch.seconds(), FailureText.of(e)), record(unit, started), null);
            }
        }
    }

    private R attempted(T task, ObjectStore store, UnitAttempt attempt, TaskWatch watch) throws Exception {
        try (UnitAttempt marked = attempt.begin()) {
            TaskHook.call(stage, unit(task).toString());
            return work(task, store, watch);
        }
    }

    private TaskRecord record(String unit, Instant started) {
        return TaskRecord.of(TaskContext.get(), stage, unit, started);
    }
}
