package org.dualanodiff.pipeline.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Records for the tests of this package. */
final class Samples {
    static final Instant NOON = Instant.parse("2026-03-01T12:00:00Z");
    static final AdapterId ID =
            new AdapterId("metal nut", "bent", Fingerprint.of("test").build());

    private Samples() {}

    static Path weights(Path file, String content) {
        try {
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Provenance provenance(AdapterId id, Path weights) {
        return new Provenance(
                id.fingerprint(),
                id.category(),
                id.defect(),
                new Provenance.BaseModel("tiny-sd", "ab12"),
                new Provenance.TrainingData("cd34", List.of(new Provenance.TrainingImage("000.png", "ee", "ff")), 2),
                Map.of("training.steps", "5000", "training.rank", "32"),
                new Provenance.Training(7, 5000, 0.125, List.of(new Provenance.LossPoint(1, 0.9)), 61.5, "NVIDIA H100"),
                Provenance.Weights.of(weights),
                "0.1.0",
                NOON);
    }
}
