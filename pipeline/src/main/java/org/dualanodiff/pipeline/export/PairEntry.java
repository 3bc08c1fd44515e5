package org.dualanodiff.pipeline.export;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.mask.Mask;

/**
 * What an export notes of a pair it has written; a line of JSON in the list of its part.
 *
 * @param image key below the export's root
 * @param mask key below the export's root; null where the format has no mask file
 * @param area defect pixels
 * @param box x, y, width and height of the smallest box around the mask
 * @param outline null where the format does not need one
 */
record PairEntry(
        String id,
        String category,
        String defect,
        String origin,
        String image,
        String mask,
        int width,
        int height,
        int area,
        int[] box,
        Outline outline) {

    static final String GENERATED = "generated";
    static final String REAL = "real";

    private static final Gson GSON = new GsonBuilder()
            .setFieldNamingPolicy(FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES)
            .disableHtmlEscaping()
            .create();

    /**
     * A mask in COCO's two forms.
     *
     * @param counts run lengths as COCO packs them into text
     * @param polygons each x, y, x, y, ... in pixels
     */
    record Outline(String counts, List<int[]> polygons) {}

    static PairEntry of(ExportedPair pair, String image, String mask) {
        Mask marked = Mask.of(pair.maskPixels());
        Box box = marked.box();
        return new PairEntry(
                pair.id(),
                pair.category(),
                pair.defect(),
                pair.isGenerated() ? GENERATED : REAL,
                image,
                mask,
                pair.width(),
                pair.height(),
                marked.area(),
                new int[] {box.x(), box.y(), box.width(), box.height()},
                null);
    }

    PairEntry with(Outline traced) {
        return new PairEntry(id, category, defect, origin, image, mask, width, height, area, box, traced);
    }

    String json() {
        return GSON.toJson(this);
    }

    static PairEntry parse(String json) {
        return GSON.fromJson(json, PairEntry.class);
    }
}
