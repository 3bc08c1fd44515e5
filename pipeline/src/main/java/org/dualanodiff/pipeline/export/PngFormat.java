package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Keys;
import org.dualanodiff.pipeline.export.ExportFormat.PairFormat.Upload;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * {@code CATEGORY/DEFECT/{image,mask,anomaly}/ID.png}, and {@code manifest.jsonl}: a line a pair with the paths of image
 * and mask, category, defect, split and origin. Real pairs have no anomaly part.
 */
record PngFormat() implements PairFormat.OfFiles {

    @Override
    public ExportedPair.Entry write(ExportedPair pair, ExportPlan.Classes classes, ObjectStore target) {
        String folder = Keys.named(pair.category(), pair.defect());
        String image = Keys.of(folder, "image", pair.id() + ".png");
        String mask = Keys.of(folder, "mask", pair.id() + ".png");
        target.write(image, pair.image());
        target.write(mask, pair.mask());
        ExportedPair.Entry entry = pair.entry(image, mask);
        if (pair.isGenerated()) {
            target.write(anomaly(entry), pair.generated().pictures().anomaly());
        }
        return entry;
    }

    private static String anomaly(ExportedPair.Entry pair) {
        return Keys.of(Keys.named(pair.category(), pair.defect()), "anomaly", pair.id() + ".png");
    }

    @Override
    public List<String> folders(ExportPlan.Classes classes) {
        return classes.units().stream()
                .map(unit -> Keys.named(unit.category(), unit.defect()))
                .toList();
    }

    @Override
    public Stream<String> files(ExportedPair.Entry pair) {
        return Stream.of(pair.image(), pair.mask(), anomaly(pair));
    }

    @Override
    public void finish(Entries entries, ExportPlan.Classes classes, ObjectStore target) throws IOException {
        try (Upload manifest = new Upload(target, "manifest.jsonl")) {
            try (Stream<ExportedPair.Entry> lines = entries.stream()) {
                for (ExportedPair.Entry entry : (Iterable<ExportedPair.Entry>) lines::iterator) {
                    manifest.writer()
                            .append(ExportedPair.Entry.GSON.toJson(line(entry)))
                            .append('\n');
                }
            }
            manifest.commit();
        }
    }

    private static Map<String, Object> line(ExportedPair.Entry entry) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("image", entry.image());
        line.put("mask", entry.mask());
        line.put("category", entry.category());
        line.put("defect", entry.defect());
        line.put("split", "train");
        line.put("origin", entry.origin());
        return line;
    }
}
