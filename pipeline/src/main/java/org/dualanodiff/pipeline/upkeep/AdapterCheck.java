package org.dualanodiff.pipeline.upkeep;

import org.dualanodiff.pipeline.upkeep.VerifyStore.FileInspection;
import org.dualanodiff.pipeline.upkeep.VerifyStore.Findings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.FileDigest;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreLayout;

/** Published adapters: does each provenance lie where it belongs, and are the weights the bytes that it describes? */
final class AdapterCheck {

    private static final String RETRAIN = "delete its folder so that the next run trains it again";

    private final ObjectStore store;
    private final FileInspection inspection;
    private final Findings findings;

    AdapterCheck(ObjectStore store, FileInspection inspection, Findings findings) {
        this.store = store;
        this.inspection = inspection;
        this.findings = findings;
    }

    /** @param provenanceKeys of the adapters to look at; each exists */
    void check(List<String> provenanceKeys) {
        List<Provenance> sound =
                provenanceKeys.stream().flatMap(key -> read(key).stream()).toList();
        Map<String, FileDigest> digests =
                inspection.digests(sound.stream().map(AdapterCheck::weights).toList());
        sound.forEach(provenance -> check(provenance, Optional.ofNullable(digests.get(weights(provenance)))));
    }

    /** Keys of all published adapters. */
    static List<String> published(ObjectStore store) {
        return store.list("adapters").stream()
                .map(file -> file.key())
                .filter(key -> key.endsWith("/" + StoreLayout.PROVENANCE_FILE))
                .toList();
    }

    private Optional<Provenance> read(String key) {
        Optional<Provenance> provenance = findings.read(key, Provenance.class, "adapter-unreadable", RETRAIN);
        Optional<Provenance> inPlace =
                provenance.filter(of -> StoreLayout.provenance(of.id()).equals(key));
        if (provenance.isPresent() && inPlace.isEmpty()) {
            AdapterId id = provenance.get().id();
            add(
                    "adapter-misplaced",
                    key,
                    "it describes %s %s".formatted(id.unit(), id.fingerprint().shortHex()));
        }
        return inPlace;
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
        findings.add(kind, key, problem, RETRAIN);
    }

    private static String weights(Provenance provenance) {
        return StoreLayout.weights(provenance.id(), provenance.weights().file());
    }
}
