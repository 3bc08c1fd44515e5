package org.dualanodiff.pipeline.export;

import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.dualanodiff.model.mask.RunLengths;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Keys;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Upload;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * COCO instance segmentation: {@code images/CATEGORY/DEFECT/ID.png}, and the same annotations twice,
 * {@code annotations/instances.json} with run lengths and {@code annotations/polygons.json} with polygons. Both
 * give each mask back exactly. One annotation a pair; a COCO category is a defect, its supercategory the product.
 */
record CocoFormat() implements PairFormat.OfFiles {

    private static final String IMAGES = "images";

    @Override
    public ExportedPair.Entry write(ExportedPair pair, ExportPlan.Classes classes, ObjectStore target) {
        String image = Keys.of(IMAGES, Keys.named(pair.category(), pair.defect()), pair.id() + ".png");
        target.write(image, pair.image());
        return pair.entry(image, null)
                .with(new ExportedPair.Entry.Outline(
                        RunLengths.of(pair.marked()).compressed(), MaskPolygons.trace(pair.marked())));
    }

    @Override
    public List<String> folders(ExportPlan.Classes classes) {
        return List.of(IMAGES);
    }

    @Override
    public void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) throws IOException {
        write("annotations/instances.json", CocoFormat::runLengths, entries, classes, target);
        write("annotations/polygons.json", CocoFormat::polygons, entries, classes, target);
    }

    private static void write(
            String key, Segmentation segmentation, Entries entries, ExportPlan.Classes classes, ObjectStore target)
            throws IOException {
        try (Upload file = new Upload(target, key)) {
            JsonWriter json = new JsonWriter(file.writer());
            json.beginObject();
            json.name("info").beginObject();
            json.name("description").value("made by dualanodiff " + ProductVersion.current());
            json.endObject();
            json.name("licenses").beginArray().endArray();
            categories(json, classes);
            images(json, entries);
            annotations(json, entries, classes, segmentation);
            json.endObject();
            json.flush();
            file.commit();
        }
    }

    private static void categories(JsonWriter json, ExportPlan.Classes classes) throws IOException {
        json.name("categories").beginArray();
        for (UnitKey unit : classes.units()) {
            json.beginObject();
            json.name("id").value(classes.units().indexOf(unit) + 1);
            json.name("name").value(unit.defect());
            json.name("supercategory").value(unit.category());
            json.endObject();
        }
        json.endArray();
    }

    private static void images(JsonWriter json, Entries entries) throws IOException {
        json.name("images").beginArray();
        int id = 0;
        try (Stream<ExportedPair.Entry> all = entries.stream()) {
            for (ExportedPair.Entry entry : (Iterable<ExportedPair.Entry>) all::iterator) {
                json.beginObject();
                json.name("id").value(++id);
                json.name("file_name").value(entry.image());
                json.name("width").value(entry.width());
                json.name("height").value(entry.height());
                json.name("origin").value(entry.origin());
                json.endObject();
            }
        }
        json.endArray();
    }

    /** An image and its annotation have the same number. */
    private static void annotations(
            JsonWriter json, Entries entries, ExportPlan.Classes classes, Segmentation segmentation)
            throws IOException {
        json.name("annotations").beginArray();
        int id = 0;
        try (Stream<ExportedPair.Entry> all = entries.stream()) {
            for (ExportedPair.Entry entry : (Iterable<ExportedPair.Entry>) all::iterator) {
                json.beginObject();
                json.name("id").value(++id);
                json.name("image_id").value(id);
                json.name("category_id").value(classes.number(entry.category(), entry.defect()) + 1);
                json.name("iscrowd").value(0);
                json.name("area").value(entry.area());
                array(json.name("bbox"), entry.box());
                segmentation.write(json.name("segmentation"), entry);
                json.endObject();
            }
        }
        json.endArray();
    }

    private static void runLengths(JsonWriter json, ExportedPair.Entry entry) throws IOException {
        json.beginObject();
        array(json.name("size"), new int[] {entry.height(), entry.width()});
        json.name("counts").value(entry.outline().counts());
        json.endObject();
    }

    private static void polygons(JsonWriter json, ExportedPair.Entry entry) throws IOException {
        json.beginArray();
        for (int[] polygon : entry.outline().polygons()) {
            array(json, polygon);
        }
        json.endArray();
    }

    private static void array(JsonWriter json, int[] values) throws IOException {
        json.beginArray();
        for (int value : values) {
            json.value(value);
        }
        json.endArray();
    }

    @FunctionalInterface
    private interface Segmentation {
        void write(JsonWriter json, ExportedPair.Entry entry) throws IOException;
    }
}
