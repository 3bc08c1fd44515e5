package org.dualanodiff.pipeline.evaluate;

import java.util.Optional;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * What detectors achieved, under the fingerprint of all that it follows from. So an evaluation that was cut off goes on,
 * and an arm of real images alone is not trained again for every run:
 *
 * <pre>detectors/FINGERPRINT/{result.json, cases.png}</pre>
 */
final class DetectorResults {

    private final ObjectStore store;

    DetectorResults(ObjectStore store) {
        this.store = store;
    }

    Optional<ArmResult> find(Fingerprint fingerprint) {
        String key = key(fingerprint, "result.json");
        return store.find(key)
                .map(json -> Json.parse(json, ArmResult.class, store.uri(key)))
                .map(result -> result.reused(store.find(sheet(fingerprint)).orElse(null)));
    }

    /** Writes the figures last, so that what is found is whole. */
    void write(Fingerprint fingerprint, ArmResult result) {
        if (result.sheet() != null) {
            store.write(sheet(fingerprint), result.sheet());
        }
        store.write(key(fingerprint, "result.json"), Json.bytes(result.withoutSheet()));
    }

    private static String sheet(Fingerprint fingerprint) {
        return key(fingerprint, "cases.png");
    }

    private static String key(Fingerprint fingerprint, String file) {
        return "detectors/" + fingerprint.shortHex() + "/" + file;
    }
}
