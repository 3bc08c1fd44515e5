package org.dualanodiff.pipeline.dataset;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.RunLengths;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * A JSON export of Label Studio (JSON or JSON-MIN): a list of tasks, each with an image and its polygons or brush strokes.
 * A label is a defect, the folder's name the category; a task that was annotated with nothing is a good image. One that was
 * not annotated is set aside, as is one without a region for which a word for defective ones was chosen.
 */
record LabelStudioLayout(DatasetFiles files) implements DatasetLayout {

    /** The exports in a folder. */
    List<FileEntry> exports(Path root) throws IOException {
        List<FileEntry> found = new ArrayList<>();
        for (FileEntry entry : files.list(root)) {
            if (!entry.folder() && entry.extension().equals("json") && isExport(entry.path())) {
                found.add(entry);
            }
        }
        return found;
    }

    /** By its beginning. */
    boolean isExport(Path file) throws IOException {
        String beginning = files.beginning(file);
        boolean regions = beginning.contains("\"original_width\"")
                || beginning.contains("\"annotations\"") && beginning.contains("\"data\"");
        return beginning.stripLeading().startsWith("[") && regions;
    }

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        boolean single = files.isFile(root);
        Path base = single ? root.getParent() : root;
        List<FileEntry> exports = single ? List.of(FileEntry.unlisted(root)) : exports(root);
        if (exports.isEmpty()) {
            throw new DatasetException(
                    "%s holds no JSON export of Label Studio: expected a list of tasks [{\"data\": ...}]"
                            .formatted(root));
        }
        Catalog.Builder catalog = new Catalog.Builder();
        Tasks tasks = new Tasks(base, new FileIndex(files), catalog);
        for (FileEntry export : exports) {
            read(export.path(), tasks);
        }
        return catalog.build(root.toString(), tasks.index().inDoubt());
    }

    private void read(Path export, Tasks tasks) throws IOException {
        try (RecordReader text = files.text(export);
                JsonReader json = new JsonReader(text)) {
            json.beginArray();
            for (int index = 0; json.hasNext(); index++) {
                String place = "%s, task %d".formatted(export.getName(), index);
                text.beginRecord();
                JsonElement task = JsonParser.parseReader(json);
                try {
                    tasks.add(place, task.getAsJsonObject());
                } catch (IllegalStateException
                        | IllegalArgumentException
                        | IndexOutOfBoundsException
                        | ClassCastException
                        | UnsupportedOperationException e) {
                    tasks.catalog().aside(place, Reason.INVALID_ENTRY, "it is no task of Label Studio");
                }
            }
        } catch (JsonParseException | IllegalStateException | EOFException e) {
            throw new DatasetException("%s is no whole JSON list: %s".formatted(export, RecordReader.complaint(e)), e);
        } catch (CharacterCodingException e) {
            throw new DatasetException("%s is not in UTF-8".formatted(export), e);
        }
    }

    /** Turns tasks into entries of a catalog. */
    private record Tasks(Path base, FileIndex index, Catalog.Builder catalog) {
        private static final String IMAGE_NAMES = "(?i).*\\.(%s)".formatted(String.join("|", ImageDecoder.ENDINGS));

        void add(String place, JsonObject task) throws IOException {
            JsonObject data = task.has("data") ? task.getAsJsonObject("data") : task;
            String image = data.entrySet().stream()
                    .filter(field -> isImage(field.getValue()))
                    .map(Map.Entry::getValue)
                    .map(JsonElement::getAsString)
                    .findFirst()
                    .orElse("");
            if (image.isEmpty()) {
                catalog.aside(place, Reason.INVALID_ENTRY, "it names no image");
                return;
            }
            List<Path> places = List.of(base, new Path(base, "images"));
            FileEntry entry = find(places, image);
            if (!entry.isListed()) {
                Candidate.Mask.None missing = index.missing(entry, places, image);
                catalog.aside(place, missing.reason(), missing.detail());
                return;
            }
            String file = DatasetPath.below(base, entry.path());
            List<JsonObject> regions = regions(task);
            if (regions == null) {
                catalog.annotated(entry);
                catalog.aside(file, Reason.MASK_MISSING, place + " is not annotated");
                return;
            }
            List<String> words = regions.stream().flatMap(Region::choices).toList();
            SortedMap<String, List<Outline>> outlines = new TreeMap<>();
            for (JsonObject region : regions) {
                Region.of(region)
                        .ifPresent(found -> outlines.computeIfAbsent(found.label(), any -> new ArrayList<>())
                                .add(found.outline()));
            }
            String category = base.getName().isEmpty() ? DatasetFormat.UNNAMED_CATEGORY : base.getName();
            Candidate.Mask mask = new Candidate.Mask.Drawn(List.of(), 0, 0, place);
            catalog.outlined(category, new Candidate(file, file, entry, mask, Candidate.Part.UNSAID), outlines, words);
        }

        private static boolean isImage(JsonElement value) {
            return value.isJsonPrimitive() && value.getAsString().matches(IMAGE_NAMES);
        }

        /** By the address in Label Studio, whose own copies have eight digits and a dash before the name. */
        private FileEntry find(List<Path> places, String address) throws IOException {
            String path = address.replaceFirst("^[a-z0-9]+://[^/]*/", "").replaceFirst("^/?data/local-files/\\?d=", "");
            FileEntry found = index.find(places, path.startsWith("/") ? path.substring(1) : path);
            return found.isListed() ? found : index.find(places, path.replaceFirst("^.*/[0-9a-f]{8}-", ""));
        }

        /** Null where nobody has annotated the task. */
        private static List<JsonObject> regions(JsonObject task) {
            List<JsonObject> regions = new ArrayList<>();
            boolean annotated = false;
            if (task.get("annotations") instanceof JsonArray annotations) {
                for (JsonElement annotation : annotations) {
                    JsonObject one = annotation.getAsJsonObject();
                    boolean cancelled =
                            one.has("was_cancelled") && one.get("was_cancelled").getAsBoolean();
                    if (!cancelled && one.get("result") instanceof JsonArray result) {
                        annotated = true;
                        result.forEach(region -> regions.add(region.getAsJsonObject()));
                    }
                }
                return annotated ? regions : null;
            }
            // JSON-MIN: regions and choices are fields of the task itself, a single choice as a text among others.
            for (Map.Entry<String, JsonElement> field : task.entrySet()) {
                if (field.getValue() instanceof JsonArray values) {
                    values.forEach(value -> regions.add(value.getAsJsonObject()));
                } else if (field.getValue() instanceof JsonObject choices && choices.has("choices")) {
                    regions.add(choices);
                } else if (field.getValue().isJsonPrimitive()) {
                    regions.add(choice(field.getValue()));
                }
            }
            return regions;
        }

        private static JsonObject choice(JsonElement word) {
            JsonArray words = new JsonArray();
            words.add(word);
            JsonObject choice = new JsonObject();
            choice.add("choices", words);
            return choice;
        }
    }

    /** One region that was drawn in Label Studio, with its label. */
    record Region(String label, Outline outline) {

        /** Empty for what is no region: choices, ratings, texts and relations. */
        static Optional<Region> of(JsonObject region) {
            JsonObject value = value(region);
            Optional<String> named = value.keySet().stream()
                    .filter(key -> key.endsWith("labels"))
                    .flatMap(key -> words(value, key))
                    .findFirst();
            String label = named.orElse(Catalog.Builder.UNNAMED_DEFECT);
            if (value.get("points") instanceof JsonArray points) {
                return Optional.of(new Region(label, polygon(points)));
            } else if (value.get("rle") instanceof JsonArray bytes) {
                return Optional.of(new Region(label, brush(region, bytes)));
            } else if (value.has("x") && value.has("y")) {
                return Optional.of(new Region(
                        label,
                        new Outline.Unusable("a box or an ellipse makes no mask; draw polygons or with the brush")));
            }
            return named.map(any -> new Region(
                    label,
                    new Outline.Unusable("a region of this kind makes no mask; draw polygons or with the brush")));
        }

        /** What was chosen of the whole image, if this is no region but a choice. */
        static Stream<String> choices(JsonObject region) {
            return words(value(region), "choices");
        }

        private static JsonObject value(JsonObject region) {
            return region.get("value") instanceof JsonObject inner ? inner : region;
        }

        private static Stream<String> words(JsonObject value, String field) {
            return value.get(field) instanceof JsonArray words
                    ? words.asList().stream().map(JsonElement::getAsString)
                    : Stream.empty();
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
            JsonObject holder = !region.has(field) && region.get("value") instanceof JsonObject value ? value : region;
            return holder.has(field) ? holder.get(field).getAsInt() : 0;
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
                return RunLengths.of(new Mask(width, height, marked));
            }
        }
    }
}
