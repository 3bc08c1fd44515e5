package org.dualanodiff.model.detector;

import java.util.Map;
import org.dualanodiff.model.checkpoint.CheckpointException;

/** What a network's file says of its shape. */
final class SavedNetwork {

    private final Map<String, String> metadata;
    private final Object file;

    /** @throws CheckpointException if the file holds something else than a network of this kind */
    SavedNetwork(Map<String, String> metadata, String kind, Object file) {
        this.metadata = metadata;
        this.file = file;
        if (!kind.equals(metadata.get("kind"))) {
            throw new CheckpointException("file %s: expected a saved %s network, found metadata %s"
                    .formatted(file, kind, metadata.isEmpty() ? "missing" : metadata.toString()));
        }
    }

    String text(String key) {
        String text = metadata.get(key);
        if (text == null) {
            throw new CheckpointException("file %s: metadata has no \"%s\"".formatted(file, key));
        }
        return text;
    }

    int number(String key) {
        try {
            return Integer.parseInt(text(key));
        } catch (NumberFormatException e) {
            throw new CheckpointException(
                    "file %s: metadata \"%s\" must be a number, was %s".formatted(file, key, text(key)), e);
        }
    }
}
