package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Small JSON files of a model directory. */
public final class JsonFiles {
    private static final int SHOWN = 60;

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
                return notAnError(object, file);
            }
            throw unusable(file, "expected a JSON object, found " + shown(element), null);
        } catch (MalformedInputException e) {
            throw unusable(file, "is not JSON in UTF-8", e);
        } catch (IOException e) {
            throw new CheckpointException("%s: %s".formatted(file, UnreadableFile.because(file, e)), e);
        } catch (JsonParseException e) {
            throw unusable(
                    file,
                    "is not JSON: " + e.getMessage().lines().findFirst().orElse("")
                            + "; if it was cut off, fetch it again",
                    e);
        }
    }

    /** Servers answer with JSON, too. */
    private static JsonObject notAnError(JsonObject object, Path file) {
        for (String key : List.of("error", "message")) {
            if (object.get(key) instanceof JsonPrimitive text && text.isString()) {
                throw unusable(
                        file, "is a server's error (\"%s\"): fetch the file again".formatted(text.getAsString()), null);
            }
        }
        return object;
    }

    private static String shown(JsonElement element) {
        String json = element.toString();
        return json.length() <= SHOWN ? json : json.substring(0, SHOWN) + " ...";
    }

    private static CheckpointException unusable(Path file, String otherwise, Exception cause) {
        return new CheckpointException(
                "%s: %s".formatted(file, UnreadableFile.insteadOfJson(file).orElse(otherwise)), cause);
    }
}
