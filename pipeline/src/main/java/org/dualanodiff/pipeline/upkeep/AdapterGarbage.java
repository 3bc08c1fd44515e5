package org.dualanodiff.pipeline.upkeep;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.AgeLimits;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trainings that were given up, checkpoints of published adapters, and weights that no provenance speaks of. */
final class AdapterGarbage {

    private static final Logger LOG = LoggerFactory.getLogger(AdapterGarbage.class);
    private static final Pattern FILE = Pattern.compile("(adapters/[^/]+/[^/]+/[^/]+)/.+");

    private final ObjectStore store;
    private final AgeLimits limits;

    AdapterGarbage(ObjectStore store, AgeLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    Stream<FoundGarbage> in(Inventory files) {
        return files.by(FILE).entrySet().stream()
                .flatMap(adapter -> adapter.getValue().holds(provenance(adapter.getKey()))
                        ? beside(adapter.getKey(), adapter.getValue())
                        : training(adapter.getKey(), adapter.getValue()));
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

    /** Weights that lost a race, or whose publisher died before it wrote the provenance. */
    private Stream<Garbage> orphanedWeights(String folder, Inventory files) {
        Inventory weights = files.only(file -> file.key().endsWith(".safetensors"))
                .only(file -> file.key().indexOf('/', folder.length() + 1) < 0)
                .olderThan(limits.inUse());
        if (weights.isEmpty()) {
            return Stream.empty();
        }
        return weightsOf(folder).stream()
                .flatMap(named ->
                        weights.files().stream().filter(file -> !file.key().equals(folder + "/" + named)))
                .map(file -> Garbage.of("weights without provenance", file, Optional.empty()));
    }

    /** The file that the provenance names; empty where it cannot be read, which {@code verify} reports. */
    private Optional<String> weightsOf(String folder) {
        try {
            return Optional.of(
                    store.read(provenance(folder), Provenance.class).weights().file());
        } catch (StoreException e) {
            LOG.warn("the weights beside it stay: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static String provenance(String folder) {
        return folder + "/" + StoreLayout.PROVENANCE_FILE;
    }
}
