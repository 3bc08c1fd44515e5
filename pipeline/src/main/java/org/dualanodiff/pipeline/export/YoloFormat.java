package org.dualanodiff.pipeline.export;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.DisplayText;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Keys;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * {@code images/train/CATEGORY/DEFECT/ID.png} with {@code labels/train/CATEGORY/DEFECT/ID.txt}: a line for each part of the
 * defect, its class and its polygon in shares of the image's width and height. Good images have an empty label.
 */
record YoloFormat() implements PairFormat.OfFiles {

    private static final String IMAGES = "images";
    private static final String LABELS = "labels";

    @Override
    public ExportedPair.Entry write(ExportedPair pair, ExportPlan.Classes classes, ObjectStore target) {
        String image = Keys.of(folder(IMAGES, pair.category(), pair.defect()), pair.id() + ".png");
        ExportedPair.Entry entry = pair.entry(image, null);
        target.write(image, pair.image());
        target.write(labels(entry), labels(pair, classes).getBytes(StandardCharsets.US_ASCII));
        return entry;
    }

    private static String folder(String part, String category, String defect) {
        return Keys.of(part, "train", named(category), named(defect));
    }

    /** A name as a segment. Ultralytics looks for labels where the last segment {@code images} of a path is {@code labels}. */
    private static String named(String name) {
        return name.equals(IMAGES) ? "%69mages" : Keys.named(name);
    }

    private static String labels(ExportedPair.Entry pair) {
        return Keys.of(folder(LABELS, pair.category(), pair.defect()), pair.id() + ".txt");
    }

    @Override
    public List<String> folders(ExportPlan.Classes classes) {
        return classes.units().stream()
                .flatMap(unit -> Stream.of(IMAGES, LABELS).map(part -> folder(part, unit.category(), unit.defect())))
                .toList();
    }

    @Override
    public Stream<String> files(ExportedPair.Entry pair) {
        return Stream.of(pair.image(), labels(pair));
    }

    private static String labels(ExportedPair pair, ExportPlan.Classes classes) {
        int number = classes.number(pair.category(), pair.defect());
        return MaskPolygons.trace(pair.marked()).stream()
                .map(polygon -> number + " " + shares(polygon, pair.width(), pair.height()) + "\n")
                .collect(Collectors.joining());
    }

    private static String shares(int[] polygon, int width, int height) {
        return IntStream.range(0, polygon.length)
                .mapToObj(i -> String.format(Locale.ROOT, "%.6f", (double) polygon[i] / (i % 2 == 0 ? width : height)))
                .collect(Collectors.joining(" "));
    }

    @Override
    public String good(String category, String split, String file) {
        return split.equals("train") ? Keys.of(IMAGES, "train", named(category), "good", file) : null;
    }

    @Override
    public void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) {
        target.write("data.yaml", yaml(classes.names()).getBytes(StandardCharsets.UTF_8));
    }

    /** As YAML's double-quoted text, the same for a reader whatever is in it. */
    private static String quoted(String name) {
        String shown = DisplayText.line(name.replace("\\", "\\\\").replace("\"", "\\\""));
        return '"' + shown + '"';
    }

    private static String yaml(List<String> names) {
        String classes = IntStream.range(0, names.size())
                .mapToObj(i -> String.format(Locale.ROOT, "  %d: %s\n", i, quoted(names.get(i))))
                .collect(Collectors.joining());
        return """
                # All of this is for training. Give val the real images that you hold out.
                train: images/train
                val: images/train
                names:
                """ + classes;
    }
}
