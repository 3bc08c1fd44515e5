package org.dualanodiff.pipeline.dataset;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.Optional;

/** One region that was drawn in Label Studio, with its label. */
record LabelStudioRegion(String label, Outline outline) {

    /** Empty for what is no region: choices, ratings, texts and relations. */
    static Optional<LabelStudioRegion> of(JsonObject region) {
        JsonObject value = region.get("value") instanceof JsonObject inner ? inner : region;
        String label = value.keySet().stream()
                .filter(key -> key.endsWith("labels") && value.get(key).isJsonArray())
                .flatMap(key -> value.getAsJsonArray(key).asList().stream())
                .map(JsonElement::getAsString)
                .findFirst()
                .orElse("defect");
        if (value.get("points") instanceof JsonArray points) {
            return Optional.of(new LabelStudioRegion(label, polygon(points)));
        } else if (value.get("rle") instanceof JsonArray bytes) {
            return Optional.of(new LabelStudioRegion(label, brush(region, bytes)));
        } else if (value.has("x") && value.has("y")) {
            return Optional.of(new LabelStudioRegion(
                    label, new Outline.Unusable("a box or an ellipse makes no mask; draw polygons or with the brush")));
        }
        return Optional.empty();
    }

    /** Points are in hundredths of width and height. */
    private static Outline polygon(JsonArray points) {
        double[] ring = new double[2 * points.size()];
        for (int i = 0; i < points.size(); i++) {
            JsonArray point = points.get(i).getAsJsonArray();
            ring[2 * i] = point.get(0).getAsDouble() / 100;
            ring[2 * i + 1] = point.get(1).getAsDouble() / 100;
        }
        return new Outline.Relative(java.util.List.of(ring));
    }

    private static Outline brush(JsonObject region, JsonArray bytes) {
        int width = number(region, "original_width");
        int height = number(region, "original_height");
        byte[] packed = new byte[bytes.size()];
        for (int i = 0; i < packed.length; i++) {
            packed[i] = (byte) bytes.get(i).getAsInt();
        }
        try {
            return new Outline.Runs(width, height, new Bits(packed).runs(width, height));
        } catch (IllegalArgumentException e) {
            return new Outline.Unusable("a brush stroke cannot be read: " + e.getMessage());
        }
    }

    private static int number(JsonObject region, String field) {
        JsonElement value = region.has(field)
                ? region.get(field)
                : region.getAsJsonObject("value").get(field);
        return value == null ? 0 : value.getAsInt();
    }

    /**
     * The run lengths of brush strokes: bits, the highest of a byte first. A header of 32 bits for the number of values
     * (red, green, blue, alpha of each pixel), 5 for the length of a value and four times 4 for the lengths of lengths;
     * then blocks of one bit that tells whether a value is repeated, two for the length's length, and the length. A pixel
     * is marked by its alpha.
     */
    private static final class Bits {
        private static final int CHANNELS = 4;

        private final byte[] bytes;
        private long at;

        Bits(byte[] bytes) {
            this.bytes = bytes;
        }

        private int read(int bits) {
            int value = 0;
            for (int i = 0; i < bits; i++, at++) {
                if (at >= 8L * bytes.length) {
                    throw new IllegalArgumentException("it ends too early");
                }
                value = value << 1 | bytes[(int) (at / 8)] >> (7 - at % 8) & 1;
            }
            return value;
        }

        RunLengths runs(int width, int height) {
            long pixels = (long) width * height;
            if (width < 1 || height < 1 || pixels > ImageDecoder.MAX_PIXELS || read(32) != pixels * CHANNELS) {
                throw new IllegalArgumentException("it is not of %d x %d pixels".formatted(width, height));
            }
            int valueBits = read(5) + 1;
            int[] lengthBits = {read(4) + 1, read(4) + 1, read(4) + 1, read(4) + 1};
            boolean[] marked = new boolean[(int) pixels];
            for (int i = 0; i < pixels * CHANNELS; ) {
                boolean repeated = read(1) == 1;
                int end = i + 1 + read(lengthBits[read(2)]);
                int value = repeated ? read(valueBits) : 0;
                for (; i < end && i < pixels * CHANNELS; i++) {
                    int own = repeated ? value : read(valueBits);
                    marked[i / CHANNELS] |= i % CHANNELS == CHANNELS - 1 && own > 0;
                }
            }
            RunLengths.Builder runs = new RunLengths.Builder();
            for (int x = 0; x < width; x++) {
                for (int y = 0; y < height; y++) {
                    runs.add(marked[y * width + x]);
                }
            }
            return runs.build();
        }
    }
}
