package org.dualanodiff.pipeline.upkeep;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.AdapterId;

/**
 * What may go of a store. Whatever they say, nothing goes that something else needs that stays.
 *
 * @param olderThan how old something must be that may still be of use, such as the checkpoint of a training; a day at least
 * @param keepRuns of the runs with a manifest, how many of the newest stay; empty: all
 * @param keepVersions of each published data set, how many of the newest stay, the current one always; empty: all
 * @param keepSnapshots of each table, how many of the newest stay, as of data sets; empty: all
 * @param keepTableRuns of the runs that a table's current snapshot has, how many of the newest stay; empty: all
 * @param settingsInForce the adapters that they use, where those that nothing uses may go; empty: all published ones stay
 */
public record GarbageRules(
        Duration olderThan,
        OptionalInt keepRuns,
        OptionalInt keepVersions,
        OptionalInt keepSnapshots,
        OptionalInt keepTableRuns,
        Optional<Set<AdapterId>> settingsInForce) {

    /** What is being written at this moment is younger than this. */
    static final Duration IN_USE = Duration.ofDays(1);

    public GarbageRules {
        requireNonNull(olderThan, "olderThan");
        settingsInForce = settingsInForce.map(Set::copyOf);
    }

    /** Of what nobody has finished, made current or published, by age alone. */
    public static GarbageRules olderThan(Duration age) {
        OptionalInt all = OptionalInt.empty();
        return new GarbageRules(age, all, all, all, all, Optional.empty());
    }

    public GarbageRules keepRuns(int newest) {
        return new GarbageRules(
                olderThan, OptionalInt.of(newest), keepVersions, keepSnapshots, keepTableRuns, settingsInForce);
    }

    public GarbageRules keepVersions(int newest) {
        return new GarbageRules(
                olderThan, keepRuns, OptionalInt.of(newest), keepSnapshots, keepTableRuns, settingsInForce);
    }

    public GarbageRules keepSnapshots(int newest) {
        return new GarbageRules(
                olderThan, keepRuns, keepVersions, OptionalInt.of(newest), keepTableRuns, settingsInForce);
    }

    public GarbageRules keepTableRuns(int newest) {
        return new GarbageRules(
                olderThan, keepRuns, keepVersions, keepSnapshots, OptionalInt.of(newest), settingsInForce);
    }

    public GarbageRules keepAdaptersOf(Set<AdapterId> inForce) {
        return new GarbageRules(olderThan, keepRuns, keepVersions, keepSnapshots, keepTableRuns, Optional.of(inForce));
    }

    /** Whether any of it depends on what tables name. */
    boolean concernTables() {
        return Stream.of(keepRuns, keepVersions, keepSnapshots, keepTableRuns).anyMatch(OptionalInt::isPresent);
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
