package org.dualanodiff.pipeline.dataset;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.annotations.SerializedName;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.model.mask.RunLengths;

/**
 * One COCO annotation file, read element by element: of a large one only what is needed is in memory.
 *
 * @param images by id, in the file's order
 * @param categories by id
 * @param complaints elements that do not say what they must, by their place in the file
 */
record CocoFile(
        Path path,
        Map<String, Image> images,
        Map<String, Category> categories,
        List<Annotation> annotations,
        Map<String, String> complaints) {
    private static final Gson GSON = new Gson();

    /** An element of {@code images}; sizes in pixels, 0 where they are not given. */
    record Image(String id, @SerializedName("file_name") String fileName, int width, int height) {
        Image {
            id = sameId(id);
        }
    }

    /** An element of {@code categories}. */
    record Category(String id, String name, String supercategory) {
        Category {
            id = sameId(id);
        }
    }

    /** An element of {@code annotations}. */
    record Annotation(String place, String imageId, String categoryId, Outline outline) {}

    /** How an annotation is written down. */
    private record RawAnnotation(
            String id,
            @SerializedName("image_id") String imageId,
            @SerializedName("category_id") String categoryId,
            JsonElement segmentation) {
        private RawAnnotation {
            imageId = sameId(imageId);
            categoryId = sameId(categoryId);
        }
    }

    /** Programs write the number 1 as 1, "1" and 1.0. */
    private static String sameId(String id) {
        return id == null ? null : id.strip().replaceFirst("^(-?\\d+)\\.0+$", "$1");
    }

    /** @throws DatasetException where the file is not JSON, or not of this kind */
    static CocoFile read(DatasetFiles files, Path path) throws IOException {
        CocoFile file = new CocoFile(
                path, new LinkedHashMap<>(), new LinkedHashMap<>(), new ArrayList<>(), new LinkedHashMap<>());
        try (RecordReader text = files.text(path);
                JsonReader json = new JsonReader(text)) {
            file.readAll(json, text);
        } catch (MalformedJsonException | EOFException | JsonParseException | IllegalStateException e) {
            throw new DatasetException("%s is no whole JSON file: %s".formatted(path, RecordReader.complaint(e)), e);
        } catch (CharacterCodingException e) {
            throw new DatasetException("%s is not in UTF-8".formatted(path), e);
        }
        file.requireComplete();
        return file;
    }

    boolean hasOutlines() {
        return annotations.stream().anyMatch(annotation -> !(annotation.outline() instanceof Outline.Unusable));
    }

    private void readAll(JsonReader json, RecordReader text) throws IOException {
        if (json.peek() != JsonToken.BEGIN_OBJECT) {
            throw new DatasetException(
                    "%s is no COCO annotation file: expected an object {\"images\": [], \"annotations\": [], \"categories\": []}"
                            .formatted(path));
        }
        json.beginObject();
        while (json.hasNext()) {
            String name = json.nextName();
            switch (name) {
                case "images" -> elements(json, text, name, this::addImage);
                case "categories" -> elements(json, text, name, this::addCategory);
                case "annotations" -> elements(json, text, name, this::addAnnotation);
                default -> json.skipValue();
            }
        }
        json.endObject();
    }

    private void requireComplete() {
        for (var part : Map.of("images", images, "categories", categories).entrySet()) {
            if (part.getValue().isEmpty()) {
                throw new DatasetException("%s is no COCO annotation file: it has no \"%s\" that could be read%s"
                        .formatted(path, part.getKey(), firstComplaint()));
            }
        }
    }

    private String firstComplaint() {
        return complaints.entrySet().stream()
                .findFirst()
                .map(first -> "; %s: %s".formatted(first.getKey(), first.getValue()))
                .orElse("");
    }

    /** An element that cannot be used is set aside; only a file that is no JSON fails as a whole. */
    private void elements(JsonReader json, RecordReader text, String array, Consumer<JsonElement> add)
            throws IOException {
        if (json.peek() != JsonToken.BEGIN_ARRAY) {
            throw new DatasetException("%s: \"%s\" must be an array".formatted(path, array));
        }
        json.beginArray();
        for (int index = 0; json.hasNext(); index++) {
            text.beginRecord();
            JsonElement element = JsonParser.parseReader(json);
            try {
                add.accept(element);
            } catch (JsonParseException | IllegalArgumentException e) {
                complaints.put("%s, %s[%d]".formatted(path.getName(), array, index), RecordReader.complaint(e));
            }
        }
        json.endArray();
    }

    private void addImage(JsonElement element) {
        Image image = object(element, Image.class);
        require(
                image.id() != null
                        && image.fileName() != null
                        && !image.fileName().isBlank(),
                "needs id and file_name");
        require(images.putIfAbsent(image.id(), image) == null, "has the id %s of another image".formatted(image.id()));
    }

    private void addCategory(JsonElement element) {
        Category category = object(element, Category.class);
        require(
                category.id() != null
                        && category.name() != null
                        && !category.name().isBlank(),
                "needs id and name");
        require(
                categories.putIfAbsent(category.id(), category) == null,
                "has the id %s of another category".formatted(category.id()));
    }

    private void addAnnotation(JsonElement element) {
        RawAnnotation raw = object(element, RawAnnotation.class);
        require(raw.imageId() != null && raw.categoryId() != null, "needs image_id and category_id");
        String place = "%s, annotation %s".formatted(path.getName(), raw.id() == null ? "without id" : raw.id());
        annotations.add(
                new Annotation(place, raw.imageId(), raw.categoryId(), Segmentation.outline(raw.segmentation())));
    }

    private static <T> T object(JsonElement element, Class<T> type) {
        require(element.isJsonObject(), "is no object {...}");
        return GSON.fromJson(element, type);
    }

    private static void require(boolean condition, String complaint) {
        if (!condition) {
            throw new IllegalArgumentException("it " + complaint);
        }
    }

    /**
     * The field {@code segmentation} of a COCO annotation: polygons {@code [[x, y, ...], ...]}, run lengths
     * {@code {"size": [height, width], "counts": [...]}}, or the same with the counts compressed into a string.
     */
    static final class Segmentation {
        private Segmentation() {}

        /** Never fails: a field that cannot be read gives an outline that says so. */
        static Outline outline(JsonElement segmentation) {
            try {
                if (segmentation instanceof JsonArray array && !array.isEmpty()) {
                    return polygons(array);
                } else if (segmentation instanceof JsonObject runs) {
                    return runs(runs);
                }
                return new Outline.Unusable("it has no segmentation; a box alone makes no mask");
            } catch (RuntimeException e) {
                // Gson answers values of another kind with class cast, state and number format exceptions.
                return new Outline.Unusable("its segmentation cannot be read: " + e.getMessage());
            }
        }

        private static Outline polygons(JsonArray array) {
            List<double[]> rings = new ArrayList<>();
            if (array.get(0).isJsonPrimitive()) {
                rings.add(numbers(array));
            } else {
                array.forEach(ring -> rings.add(numbers(ring.getAsJsonArray())));
            }
            return new Outline.Polygons(rings);
        }

        private static double[] numbers(JsonArray array) {
            return array.asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
        }

        private static Outline runs(JsonObject runs) {
            if (!(runs.get("size") instanceof JsonArray size) || size.size() != 2 || !runs.has("counts")) {
                return new Outline.Unusable("its run lengths need \"size\": [height, width] and \"counts\"");
            }
            JsonElement counts = runs.get("counts");
            RunLengths lengths = counts instanceof JsonArray array
                    ? RunLengths.of(array.asList().stream()
                            .mapToLong(JsonElement::getAsLong)
                            .toArray())
                    : RunLengths.parse(counts.getAsString());
            return new Outline.Runs(size.get(1).getAsInt(), size.get(0).getAsInt(), lengths);
        }
    }
}
