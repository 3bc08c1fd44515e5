package org.dualanodiff.pipeline.store;

import java.io.Serializable;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.util.ShutdownHookManager;
import org.dualanodiff.pipeline.Daemon;
import org.dualanodiff.pipeline.store.LeaseFiles.LeaseContest;
import org.dualanodiff.pipeline.store.LeaseFiles.LeaseRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right of one driver to work on a run. Of several drivers of one run one has it; the others watch whether it lives.
 *
 * <p>The holder renews its lease as long as it lives. Whether it has done so is seen by looking twice, so clocks of
 * different machines are never compared. A holder that was taken for dead and lives after all learns it at its next
 * renewal, and before it commits anything, by {@link #requireHeld}.
 */
public final class RunLease implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RunLease.class);

    /** After Spark's own (40), which ends the work, and before Hadoop's file systems (10), which end the writing. */
    private static final int SHUTDOWN_PRIORITY = 20;

    /** Between machines clocks may differ; {@link #isHeld} must not take a living run for a dead one. */
    private static final Duration CLOCKS = Duration.ofMinutes(10);

    private final ObjectStore store;
    private final LeaseFiles files;
    private final String runId;
    private final Runnable onLoss;
    private final ScheduledExecutorService heartbeat =
            Executors.newSingleThreadScheduledExecutor(new Daemon("run-lease"));
    private final Runnable atShutdown = this::release;
    private LeaseRecord record;
    private volatile boolean lost;
    private boolean closed;

    private RunLease(ObjectStore store, LeaseFiles files, String runId, LeaseRecord record, Runnable onLoss) {
        this.store = store;
        this.files = files;
        this.runId = runId;
        this.record = record;
        this.onLoss = onLoss;
    }

    /**
     * Takes the lease, from a holder that died if need be. That takes as long as the dead holder's lease lasts, counted
     * from now.
     *
     * @param notice sees what is being waited for, for people
     * @param onLoss run once if another driver takes over, to stop the work
     * @throws StoreException if a living driver has the run and does not end within the time to wait
     */
    public static RunLease acquire(
            ObjectStore store, String runId, LeaseTerms terms, Consumer<String> notice, Runnable onLoss) {
        LeaseFiles files = new LeaseFiles(store, runId);
        LeaseRecord record = new LeaseContest(files, terms, notice).win();
        RunLease lease = new RunLease(store, files, runId, record, onLoss);
        lease.start(terms.renewal());
        return lease;
    }

    /** Whether a driver seems to be at work on the run, by the clocks; for those who would rather leave it alone. */
    public static boolean isHeld(ObjectStore store, String runId, Instant now) {
        try {
            return holder(store, runId, now).isPresent();
        } catch (StoreException e) {
            LOG.warn("run {} is left alone: {}", runId, e.getMessage());
            return true;
        }
    }

    /** Who seems to be at work on the run, in words. */
    public static Optional<String> holder(ObjectStore store, String runId, Instant now) {
        return new LeaseFiles(store, runId)
                .latest()
                .filter(record -> !record.released())
                .filter(record -> record.renewedAt()
                        .plusMillis((long) (1000 * record.expireSeconds()))
                        .plus(CLOCKS)
                        .isAfter(now))
                .map(LeaseRecord::inWords);
    }

    /**
     * To be called before anything is committed that only one driver may commit.
     *
     * @throws StoreException if another driver has taken over, or this process is ending
     */
    public void requireHeld() {
        requireNotLost();
        fence().requireHeld(store);
    }

    /** As {@link #requireHeld}, as far as this driver has heard. */
    public void requireNotLost() {
        requireNotTakenOver();
        interruption().ifPresent(why -> {
            throw why;
        });
    }

    /** @throws StoreException if another driver has taken over, as far as this one has heard */
    public void requireNotTakenOver() {
        if (lost) {
            throw takenOver(runId);
        }
    }

    /** Why nothing more can be done, if this process is ending, as by Ctrl-C. */
    public Optional<StoreException> interruption() {
        return isEnding()
                ? Optional.of(new StoreException(
                        ("run %s was interrupted; what is finished is kept, and the same command goes on from there")
                                .formatted(runId)))
                : Optional.empty();
    }

    private static boolean isEnding() {
        return ShutdownHookManager.get().isShutdownInProgress();
    }

    /** What the tasks of this driver are held to. */
    public Fence fence() {
        return new Fence(runId, record.number());
    }

    /**
     * A driver's hold on its run as its tasks know it, wherever they are: executors go on while their driver sleeps.
     *
     * @param number of its lease
     */
    public record Fence(String runId, long number) implements Serializable {

        private static final long UNLEASED = Long.MAX_VALUE;
        private static final Set<String> FOUND = ConcurrentHashMap.newKeySet();
        private static final Pattern PAIRS_FILE = Pattern.compile("/pairs-\\d{6,}-(\\d+)-\\p{XDigit}{8}-[^/]*$");

        /** Of work that no lease was taken for. */
        public static Fence none(String runId) {
            return new Fence(runId, UNLEASED);
        }

        /**
         * A name for a new file of pairs, after the index of the first one. It tells this hold from all others, so that what
         * attempts have left that were given up can be cleared away by the driver that gave them up.
         */
        public String pairsFile(int first) {
            return String.format(Locale.ROOT, "pairs-%06d-%d-%s.parquet", first, number, UUID.randomUUID());
        }

        /** Whether this hold has named the file of that key. */
        public boolean hasNamed(String key) {
            Matcher file = PAIRS_FILE.matcher(key);
            return file.find() && file.group(1).equals(Long.toString(number));
        }

        /**
         * Copies a file into the store for the driver to commit. Once another driver has the run nobody would ever look at
         * it, so then it is not written, and taken back if the run changed hands meanwhile.
         *
         * @throws StoreException as by {@link #requireHeld}
         */
        public void upload(ObjectStore store, Path file, String key) {
            requireHeld(store);
            store.upload(file, key);
            try {
                requireHeld(store);
            } catch (StoreException e) {
                store.deleteFiles(List.of(key));
                throw e;
            }
        }

        /** @throws StoreException if another driver has taken over */
        public void requireHeld(ObjectStore store) {
            if (new LeaseFiles(store, runId).highest() > number) {
                throw takenOver(runId);
            }
        }

        /**
         * To be called where a task begins: what it would put into a store of its own machine, nobody would ever find. A process
         * looks once.
         *
         * @throws StoreException if the driver's lease is not there
         */
        public void requireSameStore(ObjectStore store) {
            String place = store.uri(StoreLayout.leases(runId)) + "/" + number;
            if (number == UNLEASED || FOUND.contains(place)) {
                return;
            }
            if (new LeaseFiles(store, runId).highest() < number) {
                throw new StoreException(
                        "this machine finds nothing of run %s in the store %s, where its driver has begun it; give a store that all machines share"
                                .formatted(runId, store.root()));
            }
            FOUND.add(place);
        }
    }

    /** Whether another driver has taken over, or this process is ending: what fails then is no fault of the work. */
    public boolean lost() {
        return lost || isEnding();
    }

    /** Gives the run free for the next driver. */
    @Override
    public void close() {
        if (!isEnding()) {
            ShutdownHookManager.get().removeShutdownHook(atShutdown);
        }
        release();
    }

    private static StoreException takenOver(String runId) {
        return new StoreException(
                ("run %s was taken over by another driver, since this one had not renewed its lease in"
                                + " time; nothing of it is lost, leave it to the other one")
                        .formatted(runId));
    }

    static LeaseRecord record(long number, Duration expiry) {
        Instant now = Instant.now();
        return new LeaseRecord(
                number, UUID.randomUUID().toString(), thisProcess(), 0, expiry.toMillis() / 1000.0, now, now, false);
    }

    private void start(Duration every) {
        ShutdownHookManager.get().addShutdownHook(atShutdown, SHUTDOWN_PRIORITY);
        heartbeat.scheduleWithFixedDelay(this::renew, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized void renew() {
        try {
            if (closed || lost) {
                return;
            }
            if (files.highest() > record.number()) {
                lost = true;
                LOG.warn("{}", takenOver(runId).getMessage());
                onLoss.run();
            } else {
                record = record.renewed(Instant.now(), false);
                files.write(record);
            }
        } catch (RuntimeException | Error e) {
            // Whatever is thrown out of here would end the heartbeat without a word.
            LOG.warn("the lease of run {} could not be renewed, trying again: {}", runId, e.toString());
        }
    }

    private synchronized void release() {
        heartbeat.shutdown();
        if (!closed && !lost) {
            try {
                files.write(record.renewed(Instant.now(), true));
            } catch (RuntimeException e) {
                LOG.warn("the lease of run {} could not be given back, it will expire: {}", runId, e.getMessage());
            }
        }
        closed = true;
    }

    /** In words: its number and its machine. */
    public static String thisProcess() {
        return "process %d on %s".formatted(ProcessHandle.current().pid(), host());
    }

    private static String host() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return Optional.ofNullable(System.getenv("HOSTNAME")).orElse("an unnamed machine");
        }
    }

    /**
     * How a run is leased.
     *
     * @param expiry a holder that has not renewed its lease for so long is taken for dead
     * @param patience how long to wait for a holder that lives
     */
    public record LeaseTerms(Duration expiry, Duration patience) implements Serializable {
        private static final int RENEWALS_PER_EXPIRY = 6;

        public LeaseTerms {
            if (expiry.isNegative() || expiry.isZero() || patience.isNegative()) {
                throw new IllegalArgumentException("a lease expires after some time, and nobody waits less than none");
            }
        }

        /** How often the holder renews: often enough that a few failed attempts do not matter. */
        public Duration renewal() {
            return expiry.dividedBy(RENEWALS_PER_EXPIRY);
        }

        /** How often a watcher looks. */
        Duration look() {
            return renewal().dividedBy(2);
        }
    }
}
