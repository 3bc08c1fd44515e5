package org.dualanodiff.pipeline.evaluate;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.checkpoint.CheckpointException;

/** The images that a base model was trained on, where its folder says: {@code training-images.json}. */
public final class BaseModelImages {

    /** A JSON object in a model's folder: the SHA-256 of each image file in hexadecimal, by name. */
    public static final String FILE = "training-images.json";

    private BaseModelImages() {}

    /** Writes the list into a model's folder. */
    public static void write(Path model, Map<String, String> hashes) throws IOException {
        Files.writeString(
                model.resolve(FILE),
                new GsonBuilder().setPrettyPrinting().create().toJson(hashes) + "\n");
    }

    /**
     * SHA-256 by name; empty if the folder does not say.
     *
     * @throws CheckpointException if the file is there and cannot be understood
     */
    public static Optional<Map<String, String>> read(Path model) {
        Path file = model.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(new Gson().fromJson(Files.readString(file), new TypeToken<>() {}));
        } catch (JsonParseException e) {
            throw new CheckpointException(
                    "%s must be a JSON object of SHA-256 by image name: %s".formatted(file, e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
