package org.dualanodiff.jobs.spark;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running attempt at a task, as the store knows it. A marker lies there as long as native work goes on; native code can end
 * the JVM without a word, and then the marker is what is left. The attempt after that does not begin: what kills one executor
 * kills the next.
 */
final class UnitAttempt implements AutoCloseable {

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
        this.task = "%s/%s-%d-%d-".formatted(folder, env.conf().getAppId(), context.stageId(), context.partitionId());
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
