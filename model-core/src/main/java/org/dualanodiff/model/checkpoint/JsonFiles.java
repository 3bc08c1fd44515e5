package org.dualanodiff.model.checkpoint;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Small JSON files of a model directory. */
public final class JsonFiles {
    private static final Gson PRETTY = new GsonBuilder()
            .disableHtmlEscaping()
            .serializeNulls()
            .setPrettyPrinting()
            .create();

    private JsonFiles() {}

    /**
     * Reads a file that holds one JSON object.
     *
     * @throws CheckpointException if it cannot be read or is something else
     */
    public static JsonObject readObject(Path file) {
        try (Reader reader = Files.newBufferedReader(file)) {
            JsonElement element = JsonParser.parseReader(reader);
            if (element instanceof JsonObject object) {
                return object;
            }
            throw new CheckpointException(file + ": expected a JSON object");
        } catch (IOException e) {
            throw new CheckpointException(file + ": cannot be read: " + e, e);
        } catch (JsonParseException e) {
            throw new CheckpointException(file + ": is not JSON: " + e.getMessage(), e);
        }
    }

    static void write(Path file, JsonObject object) throws IOException {
        Files.writeString(file, PRETTY.toJson(object) + "\n", StandardCharsets.UTF_8);
    }
}
