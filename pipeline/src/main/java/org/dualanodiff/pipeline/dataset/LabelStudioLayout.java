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
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * A JSON export of Label Studio (JSON or JSON-MIN): a list of tasks, each with an image and its polygons or brush strokes.
 * A label is a defect, the folder's name the category; a task that was annotated with nothing is a good image, one that was
 * not annotated is set aside.
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
        CatalogBuilder catalog = new CatalogBuilder();
        Tasks tasks = new Tasks(base, new FileIndex(files), catalog);
        for (FileEntry export : exports) {
            read(export.path(), tasks);
        }
        return catalog.build(root.toString());
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
                } catch (IllegalStateException | ClassCastException | UnsupportedOperationException e) {
                    tasks.catalog().aside(place, Reason.INVALID_ENTRY, "it is no task of Label Studio");
                }
            }
        } catch (JsonParseException | IllegalStateException | EOFException e) {
            throw new DatasetException("%s is no whole JSON list: %s".formatted(export, JsonMessages.of(e)), e);
        } catch (CharacterCodingException e) {
            throw new DatasetException("%s is not in UTF-8".formatted(export), e);
        }
    }

    /** Turns tasks into entries of a catalog. */
    private record Tasks(Path base, FileIndex index, CatalogBuilder catalog) {
        private static final String IMAGE_NAMES = "(?i).*\\.(png|jpe?g|bmp|tiff?|webp)";

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
            String file = DatasetFiles.below(base, entry.path());
            List<JsonObject> regions = regions(task);
            if (regions == null) {
                catalog.annotated(entry);
                catalog.aside(file, Reason.MASK_MISSING, place + " is not annotated");
                return;
            }
            SortedMap<String, List<Outline>> outlines = new TreeMap<>();
            for (JsonObject region : regions) {
                LabelStudioRegion.of(region)
                        .ifPresent(found -> outlines.computeIfAbsent(found.label(), any -> new ArrayList<>())
                                .add(found.outline()));
            }
            String category = base.getName().isEmpty() ? DatasetFormat.UNNAMED_CATEGORY : base.getName();
            Candidate.Mask mask = new Candidate.Mask.Drawn(List.of(), 0, 0, place);
            catalog.outlined(category, new Candidate(file, file, entry, mask, Candidate.Part.UNSAID), outlines);
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
            // JSON-MIN: the regions are fields of the task itself, and there is none where there are no regions.
            for (Map.Entry<String, JsonElement> field : task.entrySet()) {
                if (field.getValue() instanceof JsonArray values) {
                    values.forEach(value -> regions.add(value.getAsJsonObject()));
                }
            }
            return regions;
        }
    }
}
