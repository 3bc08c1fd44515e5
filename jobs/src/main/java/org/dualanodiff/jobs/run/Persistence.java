package org.dualanodiff.jobs.run;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.apache.spark.SparkException;
import org.dualanodiff.jobs.spark.EngineFault;
import org.dualanodiff.jobs.spark.TaskFailures;
import org.dualanodiff.pipeline.UnitKey;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long a step of a unit is tried. A job that Spark gives up has failed for its machines' or the network's sake, or it was
 * nowhere allowed to run for such failures; an outage of a minute must not end a unit. An engine's failure is believed when a
 * second executor agrees.
 */
class Persistence {

    private static final Logger LOG = LoggerFactory.getLogger(Persistence.class);

    private static final List<Duration> PAUSES =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(15), Duration.ofSeconds(30));
    private static final int AGREED = 2;

    private final Predicate<Set<String>> hasOthers;
    private final Set<String> faulty = new HashSet<>();
    private int tried;

    /** @param hasOthers whether there are executors beside some */
    Persistence(Predicate<Set<String>> hasOthers) {
        this.hasOthers = hasOthers;
    }

    /**
     * Does a job of a unit.
     *
     * @param requireHeld throws if the run is not this driver's any more
     */
    <R> R run(UnitKey unit, Callable<R> job, Runnable requireHeld) throws Exception {
        while (true) {
            requireHeld.run();
            try {
                return job.call();
            } catch (Exception e) {
                requireHeld.run();
                awaitOrThrow(e);
                LOG.warn("{}: a Spark job was given up, it is submitted again: {}", unit, TaskFailures.textOfJob(e));
            }
        }
    }

    /** Returns after a pause if it is worth another try; throws the failure if not. */
    void awaitOrThrow(Exception failure) throws Exception {
        if (tried >= PAUSES.size() || !isWorthAnother(failure)) {
            throw failure;
        }
        pause(PAUSES.get(tried++));
    }

    void pause(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    private boolean isWorthAnother(Exception failure) {
        Optional<EngineFault> fault = EngineFault.in(failure);
        if (fault.isPresent()) {
            faulty.add(fault.get().executor());
            return faulty.size() < AGREED && hasOthers.test(faulty);
        }
        boolean givenUp = failure instanceof SparkException;
        boolean withoutCause = givenUp && failure.getCause() == null;
        return givenUp && !isCancelled(failure) && (withoutCause || TaskFailures.isOfTheMachine(failure));
    }

    private static boolean isCancelled(Exception failure) {
        String text = String.valueOf(failure.getMessage());
        return text.contains("cancelled") || text.contains("shut down");
    }
}
