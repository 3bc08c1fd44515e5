package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.dualanodiff.pipeline.store.ObjectStore.StoredFile;
import org.dualanodiff.pipeline.store.RunLease.LeaseTerms;

/**
 * The lease files of one run. A lease is taken by creating the file of the next number, which one contender of any number
 * can do; so a takeover, too, has exactly one winner, and a number is never used again.
 */
final class LeaseFiles {
    /** More digits are no lease's: a driver a second would not reach them. */
    private static final Pattern NUMBER = Pattern.compile(".*/(\\d{1,18})\\.json");

    private final ObjectStore store;
    private final String runId;

    LeaseFiles(ObjectStore store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    /** The record that counts. */
    Optional<LeaseRecord> latest() {
        // A new holder removes its predecessors' files: one may go between listing and reading.
        for (int attempt = 0; attempt < 3; attempt++) {
            long highest = highest();
            Optional<LeaseRecord> record = highest == 0 ? Optional.empty() : read(highest);
            if (highest == 0 || record.isPresent()) {
                return record;
            }
        }
        throw new StoreException(
                "the lease of run %s in %s changes hands too fast to be read".formatted(runId, store.root()));
    }

    /** The highest number there is; 0 if there is none. */
    long highest() {
        return store.list(StoreLayout.leases(runId)).stream()
                .map(StoredFile::key)
                .map(NUMBER::matcher)
                .filter(Matcher::matches)
                .map(matcher -> Long.parseLong(matcher.group(1)))
                .max(Comparator.naturalOrder())
                .orElse(0L);
    }

    /** Takes the record's number; {@code false} if somebody else has it or a higher one. */
    boolean create(LeaseRecord record) {
        if (!store.createIfAbsent(key(record.number()), Json.record(record)) && !isMine(record)) {
            return false;
        }
        // A contender who slept long may have found a number whose file was removed since.
        if (highest() > record.number()) {
            store.delete(key(record.number()));
            return false;
        }
        removeBelow(record.number());
        return true;
    }

    void write(LeaseRecord record) {
        store.write(key(record.number()), Json.record(record));
    }

    // The store may have carried out the write although its answer was lost.
    private boolean isMine(LeaseRecord record) {
        return read(record.number())
                .map(there -> there.token().equals(record.token()))
                .orElse(false);
    }

    private Optional<LeaseRecord> read(long number) {
        return store.find(key(number), LeaseRecord.class);
    }

    private void removeBelow(long number) {
        store.deleteFiles(store.list(StoreLayout.leases(runId)).stream()
                .map(StoredFile::key)
                .filter(key -> key.compareTo(key(number)) < 0)
                .toList());
    }

    private String key(long number) {
        return StoreLayout.lease(runId, number);
    }

    /**
     * One holder of a run's lease, as written in the store.
     *
     * @param number of the lease: each holder has the next higher one, and the highest is the one that counts
     * @param token tells this holder from any other
     * @param holder in words: machine and process
     * @param renewals how often the holder has shown that it lives; a watcher compares this, never clocks
     * @param expireSeconds after so long without a renewal anyone may take the lease over
     * @param renewedAt by the holder's clock, for people
     * @param released whether the holder has finished
     */
    record LeaseRecord(
            long number,
            String token,
            String holder,
            long renewals,
            double expireSeconds,
            Instant startedAt,
            Instant renewedAt,
            boolean released) {

        LeaseRecord {
            requireNonNull(token, "token");
            requireNonNull(holder, "holder");
            requireNonNull(startedAt, "started_at");
            requireNonNull(renewedAt, "renewed_at");
        }

        /** By one beat more, which may be the last. */
        LeaseRecord renewed(Instant now, boolean released) {
            return new LeaseRecord(number, token, holder, renewals + 1, expireSeconds, startedAt, now, released);
        }

        /** Whether nothing has changed: neither another holder nor a renewal. */
        boolean sameBeatAs(LeaseRecord other) {
            return token.equals(other.token) && renewals == other.renewals && released == other.released;
        }

        String inWords() {
            return "%s since %s".formatted(holder, startedAt.truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /** One driver's way to the lease of a run: take it if it is free, else watch its holder. */
    static final class LeaseContest {
        private final LeaseFiles files;
        private final LeaseTerms terms;
        private final Consumer<String> notice;
        private final long started = System.nanoTime();
        private LeaseRecord seen;
        private long seenSince;
        private boolean holderLives;

        LeaseContest(LeaseFiles files, LeaseTerms terms, Consumer<String> notice) {
            this.files = files;
            this.terms = terms;
            this.notice = notice;
        }

        /** The record of the lease that was won. */
        LeaseRecord win() {
            while (true) {
                Optional<LeaseRecord> latest = files.latest();
                if (latest.isEmpty() || latest.get().released() || isDead(latest.get())) {
                    LeaseRecord mine =
                            RunLease.record(latest.map(LeaseRecord::number).orElse(0L) + 1, terms.expiry());
                    if (files.create(mine)) {
                        return mine;
                    }
                } else {
                    leaveIfHopeless();
                    pause();
                }
            }
        }

        /** Remembers what was seen, and judges by how long it has not changed. */
        private boolean isDead(LeaseRecord latest) {
            if (seen != null && seen.sameBeatAs(latest)) {
                boolean dead = since(seenSince).toMillis() > 1000 * latest.expireSeconds();
                if (dead) {
                    notice.accept(
                            "run %s: its driver, %s, has died; taking over".formatted(files.runId, latest.inWords()));
                }
                return dead;
            }
            if (seen == null || !seen.token().equals(latest.token())) {
                notice.accept("run %s is held by %s; watching whether it lives, for %.0f s at most"
                        .formatted(files.runId, latest.inWords(), latest.expireSeconds()));
                holderLives = false;
            } else {
                holderLives = true;
            }
            seen = latest;
            seenSince = System.nanoTime();
            return false;
        }

        private void leaveIfHopeless() {
            if (holderLives && since(started).compareTo(terms.patience()) >= 0) {
                throw new StoreException(
                        ("run %s is being worked on by %s; nothing was done here. Let it finish, or set"
                                        + " run.lease.wait-seconds to wait for it")
                                .formatted(files.runId, seen.inWords()));
            }
        }

        private void pause() {
            try {
                Thread.sleep(Math.max(1, terms.look().toMillis()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new StoreException("interrupted while waiting for run " + files.runId, e);
            }
        }

        private static Duration since(long nanos) {
            return Duration.ofNanos(System.nanoTime() - nanos);
        }
    }
}
