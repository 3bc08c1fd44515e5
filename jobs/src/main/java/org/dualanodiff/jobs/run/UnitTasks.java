package org.dualanodiff.jobs.run;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiConsumer;
import org.dualanodiff.jobs.spark.NativeTask;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.store.StoreLayout;

/** How the Spark jobs of a unit are done: again, as long as what they fail of may be somebody else's fault. */
final class UnitTasks {

    /** Executors lost together with their machines, after which the unit fails for now. */
    private static final int MOST_VANISHED = 10;

    private final UnitRun.Shared run;
    private final UnitKey key;
    private final List<NativeTask.Record> records = new ArrayList<>();
    private int vanished;

    UnitTasks(UnitRun.Shared run, UnitKey key) {
        this.run = run;
        this.key = key;
    }

    /** Where and when those with native work worked. */
    List<NativeTask.Record> records() {
        return records;
    }

    /**
     * Runs tasks with native work, those again under which an executor died, as long as that may be somebody else's fault.
     *
     * @param results gets what has ended, also where not all could be done and that is thrown
     */
    <T, R> void onMachines(
            String work, BiConsumer<List<T>, BiConsumer<T, NativeTask.Done<R>>> job, List<T> all, List<R> results)
            throws Exception {
        List<T> left = all;
        while (!left.isEmpty()) {
            List<T> now = left;
            Map<T, NativeTask.Done<R>> ended = Collections.synchronizedMap(new IdentityHashMap<>());
            Set<String> died = new HashSet<>();
            try {
                Callable<Object> rest = () -> {
                    job.accept(
                            now.stream()
                                    .filter(task -> !ended.containsKey(task))
                                    .toList(),
                            ended::put);
                    return null;
                };
                run.deaths().alone(key, () -> persistently(rest));
            } finally {
                now.stream().map(ended::get).filter(Objects::nonNull).forEach(done -> {
                    records.add(done.record());
                    if (done.died() == null) {
                        results.add(done.result());
                    } else {
                        died.add(done.died());
                    }
                });
            }
            left = now.stream().filter(task -> ended.get(task).died() != null).toList();
            judge(work, died);
        }
    }

    /** Of executors that ended while they worked on this unit. */
    private void judge(String work, Set<String> ended) {
        for (String executor : ended) {
            if (run.executors().hasDied(executor)) {
                run.deaths().add(key, work, executor);
            } else if (++vanished > MOST_VANISHED) {
                throw new UnitFailure(
                        "%s: %d executors were lost with their machines; try again".formatted(work, vanished));
            }
        }
        if (!ended.isEmpty()) {
            run.store().delete(StoreLayout.attempts(run.runId(), key));
        }
        requireAlive();
    }

    /** @throws UnitFailure if too many executors have died of this unit */
    void requireAlive() {
        run.deaths().end(key).ifPresent(why -> {
            throw new UnitFailure(why);
        });
    }

    /** Again and again while it may be the machines' or the network's fault; Spark has tried several times each time. */
    <R> R persistently(Callable<R> job) throws Exception {
        return new Persistence(run.executors()::hasOthersThan).run(key, job, run.lease()::requireNotLost);
    }
}
