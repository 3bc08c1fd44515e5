package org.dualanodiff.pipeline.store;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** One driver's way to the lease of a run: take it if it is free, else watch its holder. */
final class LeaseContest {
    private final LeaseFiles files;
    private final String runId;
    private final LeaseTerms terms;
    private final Consumer<String> notice;
    private final long started = System.nanoTime();
    private LeaseRecord seen;
    private long seenSince;
    private boolean holderLives;

    LeaseContest(LeaseFiles files, String runId, LeaseTerms terms, Consumer<String> notice) {
        this.files = files;
        this.runId = runId;
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
                notice.accept("run %s: its driver, %s, has died; taking over".formatted(runId, latest.inWords()));
            }
            return dead;
        }
        if (seen == null || !seen.token().equals(latest.token())) {
            notice.accept("run %s is held by %s; watching whether it lives, for %.0f s at most"
                    .formatted(runId, latest.inWords(), latest.expireSeconds()));
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
            throw new StoreException(("run %s is being worked on by %s; nothing was done here. Let it finish, or set"
                            + " run.lease.wait-seconds to wait for it")
                    .formatted(runId, seen.inWords()));
        }
    }

    private void pause() {
        try {
            Thread.sleep(Math.max(1, terms.look().toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("interrupted while waiting for run " + runId, e);
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
