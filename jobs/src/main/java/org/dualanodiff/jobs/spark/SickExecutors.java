package org.dualanodiff.jobs.spark;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.ExecutorAllocationClient;
import org.apache.spark.ExecutorLostFailure;
import org.apache.spark.SparkContext;
import org.apache.spark.Success$;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorAdded;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Gives back executors whose engine fails unit after unit: a bad card is idle again at once, and would meet every task of the
 * night. Spark's own exclusion counts failures only once their job has succeeded elsewhere, which with trainings of an hour is
 * too late.
 */
public final class SickExecutors extends SparkListener implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SickExecutors.class);

    /** Different units in a row; one alone may have itself to blame. */
    private static final int UNITS = 2;

    private static final Duration HEARD = Duration.ofSeconds(5);

    private final SparkContext spark;
    private final Map<Integer, String> units = new HashMap<>();
    private final Map<String, Set<String>> failing = new HashMap<>();
    private final Set<String> alive = ConcurrentHashMap.newKeySet();
    private final Set<String> removed = ConcurrentHashMap.newKeySet();

    /** Executors lost in the middle of a task, and whether it may have been the task's fault. */
    private final Map<String, Boolean> lost = new ConcurrentHashMap<>();

    private SickExecutors(SparkContext spark) {
        this.spark = spark;
    }

    public static SickExecutors watch(SparkContext spark) {
        SickExecutors sick = new SickExecutors(spark);
        sick.alive.addAll(sick.executors());
        spark.addSparkListener(sick);
        return sick;
    }

    /**
     * Whether an executor has died of its work, as far as is known, rather than lives on, was given back by this, or was lost with
     * its machine: a spot instance may vanish at any time.
     */
    public boolean hasDied(String executor) {
        return isCluster() && !removed.contains(executor) && !executors().contains(executor) && !isVanished(executor);
    }

    /** Spark tells this thread that a job has ended before it tells listeners why one of its tasks failed. */
    private boolean isVanished(String executor) {
        long end = System.nanoTime() + HEARD.toNanos();
        while (!lost.containsKey(executor) && System.nanoTime() < end) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        return !lost.getOrDefault(executor, true);
    }

    private boolean isCluster() {
        return spark.schedulerBackend() instanceof ExecutorAllocationClient;
    }

    private Collection<String> executors() {
        return isCluster() ? CollectionConverters.asJava(spark.getExecutorIds()) : List.of();
    }

    @Override
    public void close() {
        spark.removeSparkListener(this);
    }

    /** Whether there is another executor that could have a different opinion. */
    public boolean hasOthersThan(Set<String> executors) {
        return alive.stream().anyMatch(id -> !executors.contains(id));
    }

    @Override
    public void onExecutorAdded(SparkListenerExecutorAdded added) {
        if (!added.executorId().equals("driver")) {
            alive.add(added.executorId());
        }
    }

    @Override
    public void onExecutorRemoved(SparkListenerExecutorRemoved gone) {
        alive.remove(gone.executorId());
    }

    @Override
    public synchronized void onStageSubmitted(SparkListenerStageSubmitted submitted) {
        String unit =
                submitted.properties() == null ? null : submitted.properties().getProperty(SparkJob.UNIT);
        units.put(submitted.stageInfo().stageId(), String.valueOf(unit));
    }

    @Override
    public synchronized void onStageCompleted(SparkListenerStageCompleted completed) {
        units.remove(completed.stageInfo().stageId());
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
        String executor = end.taskInfo().executorId();
        if (end.reason() instanceof ExceptionFailure failure
                && failure.className().equals(EngineFault.class.getName())) {
            Set<String> met = failing.computeIfAbsent(executor, none -> new HashSet<>());
            met.add(units.getOrDefault(end.stageId(), "stage " + end.stageId()));
            if (met.size() >= UNITS) {
                giveBack(executor, met);
            }
        } else if (end.reason() instanceof ExecutorLostFailure failure) {
            lost.merge(failure.execId(), mayBeTheTasks(failure), Boolean::logicalOr);
        } else if (end.reason() instanceof Success$) {
            failing.remove(executor);
        }
    }

    /**
     * Spark says so of every executor that it has not heard of for long, before any cluster manager has missed the machine. A task
     * that ends its executor is heard of at once: the connection breaks.
     */
    static boolean mayBeTheTasks(ExecutorLostFailure failure) {
        return failure.exitCausedByApp()
                && !failure.reason().getOrElse(() -> "").contains("heartbeat timed out");
    }

    private void giveBack(String executor, Set<String> met) {
        boolean last = alive.stream().allMatch(executor::equals);
        if (!last && spark.schedulerBackend() instanceof ExecutorAllocationClient client && removed.add(executor)) {
            LOG.warn("executor {} is given back: its engine failed for {} in a row", executor, met);
            client.killExecutors(CollectionConverters.asScala(List.of(executor)).toSeq(), true, false, true);
        }
    }
}
