package org.dualanodiff.model.base;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Where the model lies that somebody meant who named a folder above, below or beside it. */
final class NearbyModel {
    private static final String INDEX = "model_index.json";

    private NearbyModel() {}

    /** What to give instead of a folder that is no model, as a sentence; empty if there is no model near it. */
    static Optional<String> instead(Path folder) {
        return snapshot(folder)
                .or(() -> children(folder)
                        .filter(child -> Files.exists(child.resolve(INDEX)))
                        .findFirst()
                        .map("is no model, but has one in it: give %s"::formatted))
                .or(() -> children(folder)
                        .filter(file -> isSingleFile(file) && !Files.exists(file.resolveSibling("config.json")))
                        .findFirst()
                        .map(
                                "is no model directory, but holds single-file checkpoints: give one of them, such as %s"
                                        ::formatted))
                .or(() -> Optional.ofNullable(folder.toAbsolutePath().getParent())
                        .filter(parent -> Files.exists(parent.resolve(INDEX)))
                        .map("is a part of a model: give %s"::formatted));
    }

    private static boolean isSingleFile(Path file) {
        return file.toString().matches(".*\\.(safetensors|ckpt)") && Files.isRegularFile(file);
    }

    /** The cache of Hugging Face keeps each version of a model in {@code snapshots/HASH}. */
    private static Optional<String> snapshot(Path folder) {
        Path snapshots = folder.resolve("snapshots");
        if (!Files.isDirectory(snapshots)
                || !Files.isDirectory(folder.resolve("blobs")) && !Files.isDirectory(folder.resolve("refs"))) {
            return Optional.empty();
        }
        return Optional.of(main(folder, snapshots)
                .or(() -> children(snapshots).findFirst())
                .map("is a folder of the Hugging Face cache: give %s"::formatted)
                .orElse("is a folder of the Hugging Face cache without a snapshot: download the model again"));
    }

    private static Optional<Path> main(Path folder, Path snapshots) {
        try {
            String hash = Files.readString(folder.resolve("refs/main")).strip();
            return hash.matches("[0-9A-Za-z]+")
                    ? Optional.of(snapshots.resolve(hash)).filter(Files::isDirectory)
                    : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Stream<Path> children(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            List<Path> sorted =
                    inside.sorted(Comparator.comparing(Path::toString)).toList();
            return sorted.stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
