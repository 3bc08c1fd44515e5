package org.dualanodiff.pipeline.dataset;

import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import com.google.gson.annotations.SerializedName;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.MalformedJsonException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.fs.Path;
import org.dualanodiff.pipeline.dataset.DatasetRequest.DatasetFormat;
import org.dualanodiff.pipeline.dataset.FolderWalk.FolderFile;
import org.dualanodiff.pipeline.dataset.Quarantined.Reason;

/**
 * LabelMe: for each image a JSON file with {@code shapes} and {@code imagePath}. A label is a defect, the root's name the
 * category; an image whose file has no shapes, and no flag of a defect, is a good one, and so is one in a folder named for
 * good ones.
 */
record LabelMeLayout(DatasetFiles files) implements DatasetLayout {
    private static final Gson GSON = new Gson();
    private static final int CIRCLE_POINTS = 64;

    /** One file, without the image itself, which LabelMe puts there unless told otherwise. */
    private record Labels(List<Shape> shapes, JsonElement flags, String imagePath, int imageWidth, int imageHeight) {

        private static final Set<String> FIELDS = Set.of("shapes", "flags", "imagePath", "imageWidth", "imageHeight");

        /** The flags of the whole image that are set. */
        List<String> words() {
            return flags instanceof JsonObject all
                    ? all.entrySet().stream()
                            .filter(flag -> flag.getValue().equals(new JsonPrimitive(true)))
                            .map(Map.Entry::getKey)
                            .toList()
                    : List.of();
        }

        static Labels read(RecordReader text) throws IOException {
            JsonReader json = new JsonReader(text);
            JsonObject labels = new JsonObject();
            json.beginObject();
            while (json.hasNext()) {
                String field = json.nextName();
                if (FIELDS.contains(field)) {
                    labels.add(field, JsonParser.parseReader(json));
                } else {
                    text.skip(json);
                }
            }
            json.endObject();
            return GSON.fromJson(labels, Labels.class);
        }
    }

    private record Shape(
            String label,
            List<double[]> points,
            @SerializedName("shape_type") String type) {
        Outline outline() {
            String kind = type == null ? "polygon" : type;
            if (points == null || points.stream().anyMatch(point -> point == null || point.length != 2)) {
                return new Outline.Unusable("a shape has no points of x and y");
            } else if (kind.equals("polygon")) {
                return new Outline.Polygons(List.of(points.stream()
                        .flatMapToDouble(java.util.Arrays::stream)
                        .toArray()));
            } else if (kind.equals("circle") && points.size() == 2) {
                return circle(points.get(0), points.get(1));
            }
            return new Outline.Unusable("a shape of the type %s makes no mask; draw polygons".formatted(kind));
        }

        private static Outline circle(double[] center, double[] edge) {
            double radius = Math.hypot(edge[0] - center[0], edge[1] - center[1]);
            double[] ring = new double[2 * CIRCLE_POINTS];
            for (int i = 0; i < CIRCLE_POINTS; i++) {
                ring[2 * i] = center[0] + radius * Math.cos(2 * Math.PI * i / CIRCLE_POINTS);
                ring[2 * i + 1] = center[1] + radius * Math.sin(2 * Math.PI * i / CIRCLE_POINTS);
            }
            return new Outline.Polygons(List.of(ring));
        }
    }

    /** By the first JSON file of each folder, down to the third level. */
    boolean isOne(Path root) throws IOException {
        return isOne(root, 3);
    }

    private boolean isOne(Path folder, int levels) throws IOException {
        List<FileEntry> inside = files.list(folder);
        for (FileEntry entry : inside) {
            if (!entry.folder() && entry.extension().equals("json")) {
                String beginning = files.beginning(entry.path());
                return beginning.contains("\"shapes\"");
            }
        }
        for (FileEntry entry : inside) {
            if (entry.folder() && levels > 1 && isOne(entry.path(), levels - 1)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public Catalog catalog(Path root, List<String> wanted) throws IOException {
        FolderWalk walk = FolderWalk.of(files, root);
        Catalog.Builder catalog = new Catalog.Builder();
        FileIndex index = new FileIndex(files);
        String category = root.getName().isEmpty() ? DatasetFormat.UNNAMED_CATEGORY : root.getName();
        Set<String> labelled = new HashSet<>();
        for (FolderFile file : walk.others("json")) {
            Labels labels = read(file, catalog);
            if (labels != null) {
                Path folder = file.entry().path().getParent();
                List<Path> places = List.of(folder, root, new Path(root, "images"), new Path(folder, "../images"));
                String said = imagePath(file, labels, walk);
                FileEntry image = index.find(places, said);
                String name = DatasetPath.below(root, image.path());
                labelled.add(name);
                Candidate.Mask mask = image.isListed()
                        ? new Candidate.Mask.Drawn(List.of(), labels.imageWidth(), labels.imageHeight(), file.file())
                        : index.missing(image, places, said);
                catalog.outlined(
                        category,
                        new Candidate(name, name, image, mask, file.part()),
                        outlines(labels),
                        labels.words());
            }
        }
        for (FolderFile image : walk.images()) {
            if (!labelled.contains(image.file()) && image.good()) {
                catalog.good(category, image.file(), image.entry(), image.part());
            } else if (!labelled.contains(image.file())) {
                catalog.aside(
                        image.file(),
                        Reason.MASK_MISSING,
                        "no LabelMe file tells of it, and no folder that it is good");
            }
        }
        walk.strangers().stream().filter(FolderWalk::isPictureOrFolder).forEach(catalog::aside);
        return catalog.build(root.toString(), index.inDoubt());
    }

    /** Null where it cannot be used. */
    private Labels read(FolderFile file, Catalog.Builder catalog) throws IOException {
        try (RecordReader text = files.text(file.entry().path())) {
            Labels labels = Labels.read(text);
            if (labels.shapes() != null) {
                return labels;
            }
            catalog.aside(file.file(), Reason.INVALID_ENTRY, "it has no \"shapes\"");
        } catch (JsonParseException
                | IllegalStateException
                | MalformedJsonException
                | EOFException
                | CharacterCodingException e) {
            catalog.aside(file.file(), Reason.INVALID_ENTRY, "it is no JSON of LabelMe: " + RecordReader.complaint(e));
        }
        return null;
    }

    /** As written; else the image of the same stem. */
    private static String imagePath(FolderFile file, Labels labels, FolderWalk walk) {
        if (labels.imagePath() != null && !labels.imagePath().isBlank()) {
            return labels.imagePath();
        }
        return walk.images().stream()
                .filter(image -> image.key().equals(file.key()))
                .map(image -> image.entry().path().toString())
                .findFirst()
                .orElse(file.entry().stem());
    }

    private static SortedMap<String, List<Outline>> outlines(Labels labels) {
        SortedMap<String, List<Outline>> outlines = new TreeMap<>();
        for (Shape shape : labels.shapes()) {
            if (shape != null) {
                String label = shape.label() == null || shape.label().isBlank()
                        ? Catalog.Builder.UNNAMED_DEFECT
                        : shape.label();
                outlines.computeIfAbsent(label, any -> new ArrayList<>()).add(shape.outline());
            }
        }
        return outlines;
    }
}
