package org.dualanodiff.pipeline.store;

import java.time.Duration;

/**
 * How a run is leased.
 *
 * @param expiry a holder that has not renewed its lease for so long is taken for dead
 * @param patience how long to wait for a holder that lives
 */
public record LeaseTerms(Duration expiry, Duration patience) {
    private static final int RENEWALS_PER_EXPIRY = 6;

    public LeaseTerms {
        if (expiry.isNegative() || expiry.isZero() || patience.isNegative()) {
            throw new IllegalArgumentException("a lease expires after some time, and nobody waits less than none");
        }
    }

    /** How often the holder renews: often enough that a few failed attempts do not matter. */
    Duration renewal() {
        return expiry.dividedBy(RENEWALS_PER_EXPIRY);
    }

    /** How often a watcher looks. */
    Duration look() {
        return renewal().dividedBy(2);
    }
}
