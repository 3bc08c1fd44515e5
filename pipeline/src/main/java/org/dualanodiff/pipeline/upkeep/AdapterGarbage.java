package org.dualanodiff.pipeline.upkeep;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.GarbageRules.AgeLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trainings that were given up, checkpoints of published adapters, weights that no provenance speaks of, and, if asked for,
 * published adapters that neither a run nor a version of a data set names nor the settings in force use.
 */
final class AdapterGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(AdapterGarbage.class);
    private static final Pattern FILE = Pattern.compile("(adapters/[^/]+/[^/]+/[^/]+)/.+");

    private final ObjectStore store;
    private final Optional<Set<AdapterId>> inForce;
    private final AgeLimits limits;
    /** What is named when the first of them is to go, after the runs that go with them. */
    private References named;

    /** @param inForce adapters that stay where others may go; empty: all published ones stay */
    AdapterGarbage(ObjectStore store, Optional<Set<AdapterId>> inForce, AgeLimits limits) {
        this.store = store;
        this.inForce = inForce;
        this.limits = limits;
    }

    /** @param files of the store, without runs and versions of data sets that are to go before */
    Stream<FoundGarbage> in(Inventory files) {
        Optional<References> names = inForce.map(any -> names(files));
        return files.by(FILE).entrySet().stream().flatMap(adapter -> {
            String folder = adapter.getKey();
            Inventory own = adapter.getValue();
            if (!own.holds(provenance(folder))) {
                return training(folder, own);
            }
            Optional<AdapterId> id = names.isPresent() && own.areOlderThan(limits.keep())
                    ? read(folder, "the adapter stays").map(Provenance::id)
                    : Optional.empty();
            return id.isPresent() && isUnused(id.get(), names.get())
                    ? unused(id.get(), folder, own)
                    : beside(folder, own);
        });
    }

    private References names(Inventory files) {
        return References.in(store, files.files(), References.OF_DATASETS, References.OF_RUNS);
    }

    private boolean isUnused(AdapterId id, References names) {
        return !inForce.orElseThrow().contains(id)
                && !names.name(id.fingerprint().hex());
    }

    /** Without its provenance it does not exist, so that goes first: who comes in between trains it again. */
    private Stream<FoundGarbage> unused(AdapterId id, String folder, Inventory files) {
        return Stream.of(new FoundGarbage(
                files.garbage("an adapter that nothing uses", folder, Optional.empty()),
                () -> isUnused(id, namedNow()),
                from -> {
                    from.delete(provenance(folder));
                    from.delete(folder);
                }));
    }

    private References namedNow() {
        if (named == null) {
            named = names(Inventory.of(store, "runs", "datasets").only(file -> !file.isUnfinished()));
        }
        return named;
    }

    /** Trainings hold no lease that would tell: one that goes on writes checkpoints, and ends with a provenance. */
    private Stream<FoundGarbage> training(String folder, Inventory files) {
        return FoundGarbage.folder(
                store,
                files.garbage("a training that was given up", folder, Optional.empty()),
                files,
                now -> !now.holds(provenance(folder)) && now.areOlderThan(limits.keep()));
    }

    /** What is not needed beside a provenance. That is written once, so there is nothing to look at again. */
    private Stream<FoundGarbage> beside(String folder, Inventory files) {
        String checkpoints = folder + "/" + StoreLayout.CHECKPOINTS;
        Inventory states = files.under(checkpoints);
        Stream<Garbage> whole = states.isEmpty()
                ? Stream.empty()
                : Stream.of(states.garbage("checkpoints of a published adapter", checkpoints, Optional.empty()));
        return Stream.concat(orphanedWeights(folder, files), whole)
                .map(garbage -> new FoundGarbage(garbage, () -> true));
    }

    /**
     * Empty where it cannot be read, which {@code verify} reports.
     *
     * @param consequence of that, for the log
     */
    private Optional<Provenance> read(String folder, String consequence) {
        try {
            return Optional.of(store.read(provenance(folder), Provenance.class));
        } catch (StoreException e) {
            LOG.warn("{}: {}", consequence, e.getMessage());
            return Optional.empty();
        }
    }

    /** Weights that lost a race, or whose publisher died before it wrote the provenance. */
    private Stream<Garbage> orphanedWeights(String folder, Inventory files) {
        Inventory weights = files.only(file -> file.key().endsWith(".safetensors"))
                .only(file -> file.key().indexOf('/', folder.length() + 1) < 0)
                .olderThan(limits.inUse());
        if (weights.isEmpty()) {
            return Stream.empty();
        }
        return read(folder, "the weights beside it stay")
                .map(provenance -> provenance.weights().file())
                .stream()
                .flatMap(named ->
                        weights.files().stream().filter(file -> !file.key().equals(folder + "/" + named)))
                .map(file -> Garbage.of("weights without provenance", file, Optional.empty()));
    }

    private static String provenance(String folder) {
        return folder + "/" + StoreLayout.PROVENANCE_FILE;
    }
}
