package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

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

    LeaseRecord renewed(Instant now) {
        return new LeaseRecord(number, token, holder, renewals + 1, expireSeconds, startedAt, now, released);
    }

    LeaseRecord release(Instant now) {
        return new LeaseRecord(number, token, holder, renewals, expireSeconds, startedAt, now, true);
    }

    /** Whether nothing has changed: neither another holder nor a renewal. */
    boolean sameBeatAs(LeaseRecord other) {
        return token.equals(other.token) && renewals == other.renewals && released == other.released;
    }

    String inWords() {
        return "%s since %s".formatted(holder, startedAt);
    }
}
