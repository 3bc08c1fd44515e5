package org.dualanodiff.pipeline.dataset;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The field {@code segmentation} of a COCO annotation: polygons {@code [[x, y, ...], ...]}, run lengths
 * {@code {"size": [height, width], "counts": [...]}}, or the same with the counts compressed into a string.
 */
final class CocoSegmentation {
    private CocoSegmentation() {}

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
