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
    public RunIdentity {
        requireNonNull(runId, "run_id");
        requireNonNull(settingsFingerprint, "settings_fingerprint");
        settings = Settings.sorted(requireNonNull(settings, "settings"));
    }

    /** The identity that a run of this id with these settings has. */
    public static RunIdentity of(String runId, Map<String, String> settings, String productVersion, Instant createdAt) {
        return new RunIdentity(runId, Settings.fingerprint(settings), settings, productVersion, createdAt);
    }

    /** Whether the fingerprint is that of the settings. */
    public boolean agrees() {
        return settingsFingerprint.equals(Settings.fingerprint(settings));
    }
}
