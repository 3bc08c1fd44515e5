package org.dualanodiff.pipeline.upkeep;

import org.dualanodiff.pipeline.upkeep.VerifyStore.FileInspection;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;

/** Published adapters: does each provenance lie where it belongs, and are the weights the bytes that it describes? */
final class AdapterCheck {

    private static final String RETRAIN = "delete its folder so that the next run trains it again";

    private final ObjectStore store;
    private final FileInspection inspection;
    private final List<Finding> findings = new ArrayList<>();

    AdapterCheck(ObjectStore store, FileInspection inspection) {
        this.store = store;
        this.inspection = inspection;
    }

    /** @param provenanceKeys of the adapters to look at; each exists */
    List<Finding> check(List<String> provenanceKeys) {
        List<Provenance> sound =
                provenanceKeys.stream().flatMap(key -> read(key).stream()).toList();
        Map<String, FileDigest> digests =
                inspection.digests(sound.stream().map(AdapterCheck::weights).toList());
        sound.forEach(provenance -> check(provenance, Optional.ofNullable(digests.get(weights(provenance)))));
        return findings;
    }

    /** Keys of all published adapters. */
    static List<String> published(ObjectStore store) {
        return store.list("adapters").stream()
                .map(file -> file.key())
                .filter(key -> key.endsWith("/" + StoreLayout.PROVENANCE_FILE))
                .toList();
    }

    private Optional<Provenance> read(String key) {
        try {
            Provenance provenance = Json.parse(store.read(key), Provenance.class, store.uri(key));
            AdapterId id = provenance.id();
            if (StoreLayout.provenance(id).equals(key)) {
                return Optional.of(provenance);
            }
            add(
                    "adapter-misplaced",
                    key,
                    "it describes %s/%s %s"
                            .formatted(
                                    id.category(), id.defect(), id.fingerprint().shortHex()));
        } catch (StoreException e) {
            add("adapter-unreadable", key, e.getMessage());
        }
        return Optional.empty();
    }

    private void check(Provenance provenance, Optional<FileDigest> found) {
        FileDigest expected = new FileDigest(
                provenance.weights().sha256(), provenance.weights().bytes());
        if (found.isEmpty()) {
            add("adapter-missing", weights(provenance), "the provenance beside it speaks of it, but it is not there");
        } else if (!found.get().equals(expected)) {
            add(
                    "adapter-damaged",
                    weights(provenance),
                    "expected %d bytes with SHA-256 %s, found %d with %s"
                            .formatted(
                                    expected.bytes(),
                                    expected.sha256(),
                                    found.get().bytes(),
                                    found.get().sha256()));
        }
    }

    private void add(String kind, String key, String problem) {
        findings.add(new Finding(kind, key, problem, RETRAIN));
    }

    private static String weights(Provenance provenance) {
        return StoreLayout.weights(provenance.id(), provenance.weights().file());
    }
}
