package org.dualanodiff.pipeline.upkeep;

import java.time.Instant;

/**
 * From when on something is too young to go.
 *
 * @param inUse what was written since may be being written
 * @param keep what was written since may still be of use
 */
record AgeLimits(Instant inUse, Instant keep) {

    static AgeLimits of(GarbageRules rules, Instant now) {
        return new AgeLimits(now.minus(GarbageRules.IN_USE), now.minus(rules.keepAtLeast()));
    }
}
