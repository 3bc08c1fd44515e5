package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import java.io.Serializable;
import java.time.Instant;
import java.util.Map;

/**
 * What makes a run that run: {@code run.json}, written once when it starts.
 *
 * @param settings all that changes the pixels of a sample; not how many samples there are to be, for a run may grow
 * @param settingsFingerprint hash of the settings
 * @param productVersion the version of this product that started it
 */
public record RunIdentity(
        String runId,
        Fingerprint settingsFingerprint,
        Map<String, String> settings,
        String productVersion,
        Instant createdAt)
        implements Serializable {
    /** The run id that asks for one made of the settings. */
    public static final String AUTO = "auto";

    private static final int AUTO_DIGITS = 10;

    public RunIdentity {
        requireNonNull(runId, "run_id");
        requireNonNull(settingsFingerprint, "settings_fingerprint");
        settings = Settings.sorted(requireNonNull(settings, "settings"));
    }

    /**
     * The identity that a run with these settings has.
     *
     * @param requestedId {@code run.id} of the configuration; {@code auto} gives {@code r-} and ten digits of the
     *     settings' hash, so that the same settings come back to the same run
     */
    public static RunIdentity of(
            String requestedId, Map<String, String> settings, String productVersion, Instant createdAt) {
        Fingerprint fingerprint = Settings.fingerprint(settings);
        String id = requestedId.equals(AUTO) ? "r-" + fingerprint.hex().substring(0, AUTO_DIGITS) : requestedId;
        return new RunIdentity(id, fingerprint, settings, productVersion, createdAt);
    }
}
