package org.dualanodiff.pipeline.dataset;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.CharConversionException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * A manifest, one JSON object a line:
 * {@code {"image": "a.png", "mask": "a_mask.png", "category": "tile", "defect": "crack", "split": "train"}}. Paths are
 * relative to the manifest's folder, absolute, or URIs. The defect may be called {@code label}, and be a number or a list of
 * one. A line with {@code good}, or with neither defect nor mask, is a good image; of one with a mask alone the mask tells.
 * Without a category the manifest's folder gives it; the split may be left out.
 *
 * @param maskLevel grey level from which a mask marks a pixel
 */
record JsonlLayout(DatasetFiles files, int maskLevel) implements DatasetLayout {
    private static final String FAVORITE = "manifest.jsonl";

    /** Fields that other tools have for the mask of an image. */
    private static final Pattern OTHER_MASK = Pattern.compile(
            "mask.*|.*[_-]masks?|segmentation.*|ground_?truth.*|gt([_-].*)?|polygons?|rle|annotations?",
            Pattern.CASE_INSENSITIVE);

    private static final Pattern PICTURE = Pattern.compile(
            ".*\\.(" + String.join("|", ImageDecoder.ENDINGS) + "|gif)\\s*", Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    /** The manifest of a folder: {@code manifest.jsonl}, or the only file of that kind. */
    List<FileEntry> manifests(Path root) throws IOException {
        List<FileEntry> all = files.list(root).stream()
                .filter(entry -> !entry.folder() && List.of("jsonl", "ndjson").contains(entry.extension()))
                .toList();
        List<FileEntry> favorite =
                all.stream().filter(entry -> entry.name().equals(FAVORITE)).toList();
        return favorite.isEmpty() ? all : favorite;
    }

    /** Whether the folder's manifest is one of images, by its name or its beginning: other lines lie in data sets, too. */
    boolean listsImages(Path root) throws IOException {
        for (FileEntry manifest : manifests(root)) {
            if (manifest.name().equals(FAVORITE)
                    || files.beginning(manifest.path()).contains("\"image\"")) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        if (files.isFile(root)) {
            return catalog(root);
        }
        List<FileEntry> manifests = manifests(root);
        if (manifests.size() != 1) {
            throw new DatasetException("%s holds %s; expected one file %s, or give the manifest itself as the root"
                    .formatted(
                            root,
                            manifests.isEmpty() ? "no .jsonl file" : manifests.size() + " .jsonl files",
                            FAVORITE));
        }
        return catalog(manifests.get(0).path());
    }

    private Catalog catalog(Path manifest) throws IOException {
        Path base = manifest.getParent();
        Catalog.Builder catalog = new Catalog.Builder();
        ListedImages images = new ListedImages(new FileIndex(files), base, base, maskLevel, catalog);
        try (RecordReader lines = files.text(manifest)) {
            int number = 0;
            for (String text = lines.readLine(); text != null; text = lines.readLine()) {
                String place = "%s, line %d".formatted(manifest.getName(), ++number);
                if (!text.isBlank()) {
                    add(place, text, base.getName(), images);
                }
            }
        } catch (CharacterCodingException | CharConversionException e) {
            throw new DatasetException("%s is not in UTF-8".formatted(manifest), e);
        }
        return catalog.build(manifest.toString(), images.index().inDoubt());
    }

    private static void add(String place, String text, String folder, ListedImages images) throws IOException {
        ListedImages.Line line;
        try {
            line = line(place, JsonParser.parseString(text), folder);
        } catch (JsonParseException e) {
            images.catalog().aside(place, Reason.INVALID_ENTRY, "it is no JSON: " + RecordReader.complaint(e));
            return;
        } catch (IllegalArgumentException e) {
            images.catalog().aside(place, Reason.INVALID_ENTRY, e.getMessage());
            return;
        }
        images.add(line);
    }

    private static ListedImages.Line line(String place, JsonElement json, String folder) {
        if (!(json instanceof JsonObject object)) {
            throw new IllegalArgumentException("it is no JSON object {...}");
        }
        String image = text(object, "image")
                .orElseThrow(() -> new IllegalArgumentException(
                        "it has no \"image\"; its fields are " + String.join(", ", object.keySet())));
        String split = text(object, "split").orElse("");
        Candidate.Part part = Words.part(split)
                .orElseThrow(() ->
                        new IllegalArgumentException("its split is \"%s\"; expected train or test".formatted(split)));
        String mask = text(object, "mask").orElse("");
        String defect = name(object, "defect").or(() -> name(object, "label")).orElse("");
        if (mask.isEmpty()) {
            requireNoOtherMask(object, Words.isGood(defect));
        }
        return new ListedImages.Line(
                place, image, mask, text(object, "category").orElse(folder), defect, part);
    }

    /**
     * A line whose mask goes by another name must not pass for one of a good image.
     *
     * @param good whether it says so: then only a picture's name contradicts, and not a {@code "mask_type": "none"}
     */
    private static void requireNoOtherMask(JsonObject object, boolean good) {
        for (Map.Entry<String, JsonElement> field : object.entrySet()) {
            boolean other = !field.getKey().equals("mask")
                    && OTHER_MASK.matcher(field.getKey()).matches();
            if (other && (good ? namesPicture(field.getValue()) : saysSomething(field.getValue()))) {
                throw new IllegalArgumentException(
                        "it has no \"mask\", but \"%s\"; call the path of a mask file \"mask\""
                                .formatted(field.getKey()));
            }
        }
    }

    private static boolean namesPicture(JsonElement value) {
        return value instanceof JsonPrimitive text
                && PICTURE.matcher(text.getAsString()).matches();
    }

    private static boolean saysSomething(JsonElement value) {
        return value instanceof JsonPrimitive text
                        && text.isString()
                        && !text.getAsString().isBlank()
                || value instanceof JsonArray list && !list.isEmpty()
                || value instanceof JsonObject object && object.size() > 0;
    }

    /** A name, alone or in a list. */
    private static Optional<String> name(JsonObject object, String field) {
        if (!(object.get(field) instanceof JsonArray list)) {
            return text(object, field);
        } else if (list.isEmpty()) {
            return Optional.empty();
        } else if (list.size() > 1) {
            throw new IllegalArgumentException(
                    "its \"%s\" is a list of %d; write a line for each defect".formatted(field, list.size()));
        } else if (!list.get(0).isJsonPrimitive()) {
            throw new IllegalArgumentException("its \"%s\" is no list of a name".formatted(field));
        }
        return Optional.of(list.get(0).getAsString()).filter(name -> !name.isBlank());
    }

    private static Optional<String> text(JsonObject object, String field) {
        JsonElement value = object.get(field);
        if (value == null || value.isJsonNull()) {
            return Optional.empty();
        } else if (!value.isJsonPrimitive()) {
            throw new IllegalArgumentException("its \"%s\" is no text".formatted(field));
        }
        return Optional.of(value.getAsString()).filter(text -> !text.isBlank());
    }
}
