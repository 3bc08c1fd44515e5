package org.dualanodiff.pipeline.store;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonDeserializer;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.JsonSerializer;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringReader;
import java.lang.reflect.ParameterizedType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Records as the store's JSON files: snake_case names, two-space indents, UTF-8; instants in ISO 8601, an empty
 * {@code Optional} as null, a fingerprint as its digits, NaN and infinities as strings (JSON has no number for them).
 */
public final class Json {
    /** Of the records that this version keeps and reads. Those without a number are of the same format, and older. */
    public static final int FORMAT = 1;

    private static final String FORMAT_FIELD = "format";

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .serializeNulls()
            .registerTypeAdapter(Instant.class, written(Instant::toString))
            .registerTypeAdapter(Instant.class, read(Instant::parse))
            .registerTypeAdapter(Fingerprint.class, written(Fingerprint::hex))
            .registerTypeAdapter(Fingerprint.class, read(Fingerprint::new))
            .registerTypeAdapter(double.class, number())
            .registerTypeAdapter(Double.class, number())
            .registerTypeAdapterFactory(new OptionalFactory())
            .create();

    private Json() {}

    public static byte[] bytes(Object value) {
        return (GSON.toJson(value) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /** A record that is kept: the fields of a value after the number of their format, {@value #FORMAT}. */
    public static byte[] record(Object value) {
        JsonObject record = new JsonObject();
        record.addProperty(FORMAT_FIELD, FORMAT);
        JsonObject fields = GSON.toJsonTree(value).getAsJsonObject();
        fields.entrySet().forEach(field -> record.add(field.getKey(), field.getValue()));
        return bytes(record);
    }

    /**
     * Reads a record back.
     *
     * @param where the file's address, for the message
     * @throws StoreException if this is not JSON, not of this kind, or of a later format
     */
    public static <T> T parse(byte[] bytes, Class<T> type, String where) {
        String text = new String(bytes, StandardCharsets.UTF_8);
        if (formatOf(text) > FORMAT) {
            throw new StoreException("%s has format %d, and this version reads format %d; use the version that wrote it"
                    .formatted(where, formatOf(text), FORMAT));
        }
        try {
            T value = GSON.fromJson(text, type);
            if (value != null) {
                return value;
            }
        } catch (RuntimeException e) {
            // A record's own checks come out of Gson as bare RuntimeExceptions.
            throw unreadable(type, where, deepest(e));
        }
        throw unreadable(type, where, new IOException("the file is empty"));
    }

    /** The number that a record begins with, or that of those without. */
    private static int formatOf(String text) {
        try (JsonReader record = new JsonReader(new StringReader(text))) {
            record.beginObject();
            boolean said = record.nextName().equals(FORMAT_FIELD) && record.peek() == JsonToken.NUMBER;
            return said ? record.nextInt() : FORMAT;
        } catch (IOException | RuntimeException noRecord) {
            return FORMAT;
        }
    }

    private static StoreException unreadable(Class<?> type, String where, Throwable reason) {
        return new StoreException(
                "%s is not a readable %s: %s; restore the file or delete it"
                        .formatted(where, type.getSimpleName(), reason.getMessage()),
                reason);
    }

    private static Throwable deepest(Throwable e) {
        return e.getCause() == null ? e : deepest(e.getCause());
    }

    private static <T> JsonSerializer<T> written(Function<T, String> text) {
        return (value, type, context) -> new JsonPrimitive(text.apply(value));
    }

    private static <T> JsonDeserializer<T> read(Function<String, T> value) {
        return (json, type, context) -> value.apply(json.getAsString());
    }

    private static JsonSerializer<Double> number() {
        return (value, type, context) ->
                Double.isFinite(value) ? new JsonPrimitive(value) : new JsonPrimitive(value.toString());
    }

    private static final class OptionalFactory implements TypeAdapterFactory {
        @Override
        @SuppressWarnings("unchecked") // the raw type is checked on the line before
        public <T> TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            if (type.getRawType() != Optional.class) {
                return null;
            }
            var inner = ((ParameterizedType) type.getType()).getActualTypeArguments()[0];
            return (TypeAdapter<T>) new OptionalAdapter<>(gson.getAdapter(TypeToken.get(inner)));
        }
    }

    private static final class OptionalAdapter<E> extends TypeAdapter<Optional<E>> {
        private final TypeAdapter<E> element;

        private OptionalAdapter(TypeAdapter<E> element) {
            this.element = element;
        }

        @Override
        public void write(JsonWriter out, Optional<E> value) throws IOException {
            element.write(out, value == null ? null : value.orElse(null));
        }

        @Override
        public Optional<E> read(JsonReader in) throws IOException {
            if (in.peek() == JsonToken.NULL) {
                in.nextNull();
                return Optional.empty();
            }
            return Optional.ofNullable(element.read(in));
        }
    }
}
