package org.dualanodiff.pipeline.upkeep;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.AgeLimits;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.FoundGarbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.Garbage;
import org.dualanodiff.pipeline.upkeep.CollectGarbage.GarbageFinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Trainings that were given up, checkpoints of published adapters, and weights that no provenance speaks of. */
final class AdapterGarbage implements GarbageFinder {

    private static final Logger LOG = LoggerFactory.getLogger(AdapterGarbage.class);
    private static final Pattern FILE = Pattern.compile("(adapters/[^/]+/[^/]+/[^/]+)/.+");

    private final ObjectStore store;
    private final AgeLimits limits;

    AdapterGarbage(ObjectStore store, AgeLimits limits) {
        this.store = store;
        this.limits = limits;
    }

    @Override
    public List<FoundGarbage> find(Inventory files) {
        List<FoundGarbage> garbage = new ArrayList<>();
        files.by(FILE)
                .forEach((folder, of) -> garbage.addAll(
                        of.holds(provenance(folder)) ? beside(folder, of).toList() : training(folder, of)));
        return garbage;
    }

    private List<FoundGarbage> training(String folder, Inventory files) {
        return files.areOlderThan(limits.keep())
                ? List.of(new FoundGarbage(
                        files.garbage("a training that was given up", folder, Optional.empty()),
                        () -> isGivenUp(folder)))
                : List.of();
    }

    /** Trainings hold no lease that would tell: one that goes on writes checkpoints, and ends with a provenance. */
    private boolean isGivenUp(String folder) {
        Inventory files = Inventory.of(store, folder);
        return !files.holds(provenance(folder)) && files.areOlderThan(limits.keep());
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
                .map(file -> new Garbage("weights without provenance", file.key(), 1, file.bytes(), Optional.empty()));
    }

    /** The file that the provenance names; empty where it cannot be read, which {@code verify} reports. */
    private Optional<String> weightsOf(String folder) {
        String key = provenance(folder);
        try {
            return Optional.of(Json.parse(store.read(key), Provenance.class, store.uri(key))
                    .weights()
                    .file());
        } catch (StoreException e) {
            LOG.warn("the weights beside it stay: {}", e.getMessage());
            return Optional.empty();
        }
    }

    private static String provenance(String folder) {
        return folder + "/" + StoreLayout.PROVENANCE_FILE;
    }
}
