package org.dualanodiff.model.checkpoint;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.EOFException;
import java.io.IOException;
import java.io.Reader;
import java.math.BigDecimal;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Typed access to a diffusers or transformers {@code config.json}. Problems are collected, not thrown, so that one
 * {@link #throwIfInvalid} reports them all; until then a bad value reads as its default. An absent key and a null read
 * as the default.
 */
public final class ConfigReader {
    /** Larger sizes no model of this kind has; they would be memory and time taken before its weights are looked at. */
    private static final int LARGEST_SIZE = 1 << 20;

    /** Layers, blocks and levels, of which lists are made. */
    private static final int MOST_PARTS = 256;

    /** Letters of a wrong value that a message shows. */
    private static final int SHOWN = 60;

    private final JsonObject json;
    private final String source;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param json the parsed file
     * @param source its name for messages, usually the path
     */
    public ConfigReader(JsonObject json, String source) {
        this.json = json;
        this.source = source;
    }

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
                    e.getCause() instanceof EOFException
                            ? "is not JSON, it was cut off: fetch the file again"
                            : "is not JSON: "
                                    + e.getMessage().lines().findFirst().orElse("")
                                    + "; if it was cut off, fetch the file again",
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

    /** A count or size: an integer of 1 to {@value #LARGEST_SIZE}. */
    public int positive(String key, int defaultValue) {
        return positive(key, defaultValue, LARGEST_SIZE);
    }

    /** A number of layers or blocks: an integer of 1 to {@value #MOST_PARTS}. */
    public int parts(String key, int defaultValue) {
        return positive(key, defaultValue, MOST_PARTS);
    }

    private int positive(String key, int defaultValue, int largest) {
        String expected = "an integer of 1 to " + largest;
        return value(key, defaultValue, expected, element -> positive(element, largest));
    }

    /** An integer of 0 or more. */
    public int nonNegative(String key, int defaultValue) {
        return value(
                key,
                defaultValue,
                "an integer of 0 to " + LARGEST_SIZE,
                element -> nonNegative(element).filter(number -> number <= LARGEST_SIZE));
    }

    /** A finite number. */
    public double number(String key, double defaultValue) {
        return value(key, defaultValue, "a number", ConfigReader::finite);
    }

    /** True or false. */
    public boolean flag(String key, boolean defaultValue) {
        return value(key, defaultValue, "true or false", ConfigReader::bool);
    }

    /** Any text. */
    public String text(String key, String defaultValue) {
        return value(key, defaultValue, "a text", ConfigReader::string);
    }

    /** A text out of a list. */
    public String oneOf(String key, String defaultValue, List<String> supported) {
        return value(key, defaultValue, "one of " + supported, e -> string(e).filter(supported::contains));
    }

    /** A list of one or more positive integers. */
    public List<Integer> positives(String key, List<Integer> defaultValue) {
        return value(
                key,
                defaultValue,
                "a list of integers of 1 to " + LARGEST_SIZE,
                e -> list(e, item -> positive(item, LARGEST_SIZE)));
    }

    /** A list of one or more texts out of a list. */
    public List<String> allOf(String key, List<String> defaultValue, List<String> supported) {
        return value(
                key,
                defaultValue,
                "a list out of " + supported,
                e -> list(e, item -> string(item).filter(supported::contains)));
    }

    /** One positive integer for all blocks, or a list with one for each. */
    public List<Integer> positivePerBlock(String key, int defaultValue, int blocks) {
        return perBlock(
                key, defaultValue, blocks, "an integer of 1 to " + LARGEST_SIZE, item -> positive(item, LARGEST_SIZE));
    }

    /** A number of layers for all blocks, or a list with one for each; 1 to {@value #MOST_PARTS}. */
    public List<Integer> partsPerBlock(String key, int defaultValue, int blocks) {
        return perBlock(
                key, defaultValue, blocks, "an integer of 1 to " + MOST_PARTS, item -> positive(item, MOST_PARTS));
    }

    /** One flag for all blocks, or a list with one for each. */
    public List<Boolean> flagPerBlock(String key, boolean defaultValue, int blocks) {
        return perBlock(key, defaultValue, blocks, "true or false", ConfigReader::bool);
    }

    private <T> List<T> perBlock(
            String key, T defaultValue, int blocks, String expected, Function<JsonElement, Optional<T>> parse) {
        return value(
                key,
                Collections.nCopies(blocks, defaultValue),
                "%s, or a list of %d of them".formatted(expected, blocks),
                e -> e.isJsonArray()
                        ? list(e, parse).filter(values -> values.size() == blocks)
                        : parse.apply(e).map(one -> Collections.nCopies(blocks, one)));
    }

    /** Reports each of the keys that is there with a value other than null, false or 0: parts this product lacks. */
    public void unsupported(String... keys) {
        for (String key : keys) {
            JsonElement found = get(key);
            require(isOff(found), "%s: supported is only null or false, found %s", key, found);
        }
    }

    /** Whether the key is there with a null, which to diffusers is not always the default. */
    public boolean isNull(String key) {
        return json.has(key) && json.get(key).isJsonNull();
    }

    /** Reports a problem unless the condition holds. */
    public void require(boolean holds, String message, Object... arguments) {
        if (!holds) {
            problems.add(message.formatted(arguments));
        }
    }

    /**
     * Ends reading.
     *
     * @throws CheckpointException naming the file and every problem found
     */
    public void throwIfInvalid() {
        if (!problems.isEmpty()) {
            throw new CheckpointException(source + ": " + String.join("; ", problems));
        }
    }

    private <T> T value(String key, T defaultValue, String expected, Function<JsonElement, Optional<T>> parse) {
        JsonElement found = get(key);
        if (found.isJsonNull()) {
            return defaultValue;
        }
        Optional<T> value = parse.apply(found);
        require(value.isPresent(), "%s: supported is %s, found %s", key, expected, found);
        return value.orElse(defaultValue);
    }

    private JsonElement get(String key) {
        return json.has(key) ? json.get(key) : JsonNull.INSTANCE;
    }

    private static boolean isOff(JsonElement element) {
        return element.isJsonNull()
                || bool(element).filter(on -> !on).isPresent()
                || finite(element).filter(number -> number == 0).isPresent();
    }

    private static <T> Optional<List<T>> list(JsonElement element, Function<JsonElement, Optional<T>> parse) {
        if (!(element instanceof JsonArray array) || array.isEmpty() || array.size() > MOST_PARTS) {
            return Optional.empty();
        }
        List<T> values = new ArrayList<>();
        array.forEach(item -> parse.apply(item).ifPresent(values::add));
        return Optional.of(values).filter(all -> all.size() == array.size());
    }

    private static Optional<Integer> positive(JsonElement element, int largest) {
        return nonNegative(element).filter(number -> number > 0 && number <= largest);
    }

    private static Optional<Integer> nonNegative(JsonElement element) {
        return finite(element)
                .filter(number -> number >= 0 && number <= Integer.MAX_VALUE && number == Math.rint(number))
                .map(Double::intValue);
    }

    private static Optional<Double> finite(JsonElement element) {
        try {
            return primitive(element)
                    .filter(JsonPrimitive::isNumber)
                    .map(JsonPrimitive::getAsBigDecimal)
                    .map(BigDecimal::doubleValue)
                    .filter(Double::isFinite);
        } catch (NumberFormatException e) {
            // Of exponents beyond all reason.
            return Optional.empty();
        }
    }

    private static Optional<Boolean> bool(JsonElement element) {
        return primitive(element).filter(JsonPrimitive::isBoolean).map(JsonPrimitive::getAsBoolean);
    }

    private static Optional<String> string(JsonElement element) {
        return primitive(element).filter(JsonPrimitive::isString).map(JsonPrimitive::getAsString);
    }

    private static Optional<JsonPrimitive> primitive(JsonElement element) {
        return element.isJsonPrimitive() ? Optional.of(element.getAsJsonPrimitive()) : Optional.empty();
    }
}
