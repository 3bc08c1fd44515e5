package org.dualanodiff.pipeline.upkeep;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * What may go of a store. Whatever they say, nothing goes that something else needs that stays.
 *
 * @param olderThan how old something must be that may still be of use, such as the checkpoint of a training; a day at least
 * @param keepRuns of the runs with a manifest, how many of the newest stay; empty: all
 * @param keepVersions of each published data set, how many of the newest stay, the current one always; empty: all
 * @param settingsInForce the adapters that they use, where those that nothing uses may go; empty: all published ones stay
 */
public record GarbageRules(
        Duration olderThan, OptionalInt keepRuns, OptionalInt keepVersions, Optional<Set<AdapterId>> settingsInForce) {

    /** What is being written at this moment is younger than this. */
    static final Duration IN_USE = Duration.ofDays(1);

    public GarbageRules {
        requireNonNull(olderThan, "olderThan");
        settingsInForce = settingsInForce.map(Set::copyOf);
    }

    /** Of what nobody has finished, made current or published, by age alone. */
    public static GarbageRules olderThan(Duration age) {
        return new GarbageRules(age, OptionalInt.empty(), OptionalInt.empty(), Optional.empty());
    }

    public GarbageRules keepRuns(int newest) {
        return new GarbageRules(olderThan, OptionalInt.of(newest), keepVersions, settingsInForce);
    }

    public GarbageRules keepVersions(int newest) {
        return new GarbageRules(olderThan, keepRuns, OptionalInt.of(newest), settingsInForce);
    }

    public GarbageRules keepAdaptersOf(Set<AdapterId> inForce) {
        return new GarbageRules(olderThan, keepRuns, keepVersions, Optional.of(inForce));
    }

    /**
     * From when on something is too young to go.
     *
     * @param inUse what was written since may be being written
     * @param keep what was written since may still be of use
     */
    record AgeLimits(Instant inUse, Instant keep) {

        /** At least a day, whatever is asked for. */
        static AgeLimits of(GarbageRules rules, Instant now) {
            Instant inUse = now.minus(IN_USE);
            Instant keep = now.minus(rules.olderThan());
            return new AgeLimits(inUse, keep.isBefore(inUse) ? keep : inUse);
        }
    }
}
