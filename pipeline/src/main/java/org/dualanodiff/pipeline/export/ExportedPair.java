package org.dualanodiff.pipeline.export;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.dualanodiff.model.image.Box;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/**
 * One pair on its way out.
 *
 * @param id unique within the export and fit for a file name
 * @param image PNG
 * @param mask PNG, grey: 255 on the defect, else 0
 * @param generated the row it comes from; null for a real pair
 */
record ExportedPair(
        String id, String category, String defect, byte[] image, byte[] mask, Mask marked, GeneratedSample generated) {

    static ExportedPair of(GeneratedSample sample) {
        return new ExportedPair(
                sample.id().name(),
                sample.id().adapter().category(),
                sample.id().adapter().defect(),
                sample.pictures().image(),
                sample.pictures().mask(),
                decoded(sample),
                sample);
    }

    private static Mask decoded(GeneratedSample sample) {
        try {
            return Mask.of(PngCodec.decode(sample.pictures().mask()));
        } catch (IOException e) {
            throw new UncheckedIOException("the mask of sample " + sample.id().name() + " cannot be read", e);
        }
    }

    /** A real pair as it is exported: upright, with a mask of 0 and 255. */
    static ExportedPair real(UnitKey unit, String id, DefectImage image, DatasetFiles files) {
        try {
            Mask mask = Mask.of(image.openMask(files));
            return new ExportedPair(
                    id,
                    unit.category(),
                    unit.defect(),
                    PngCodec.encode(image.openImage(files)),
                    PngCodec.encode(mask.buffered()),
                    mask,
                    null);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the real pair %s of %s can no longer be read: %s".formatted(image.name(), unit, e.getMessage()),
                    e);
        }
    }

    int width() {
        return marked.width();
    }

    int height() {
        return marked.height();
    }

    boolean isGenerated() {
        return generated != null;
    }

    /** This pair as an entry without outline. */
    Entry entry(String imageKey, String maskKey) {
        return Entry.of(this, imageKey, maskKey);
    }

    /**
     * What an export notes of a pair it has written; a line of JSON in the list of its part.
     *
     * @param image key below the export's root
     * @param mask key below the export's root; null where the format has no mask file
     * @param area defect pixels
     * @param box x, y, width and height of the smallest box around the mask
     * @param outline null where the format does not need one
     */
    record Entry(
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

        static final Gson GSON = new GsonBuilder()
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

        static Entry of(ExportedPair pair, String image, String mask) {
            Mask marked = pair.marked();
            Box box = marked.box();
            return new Entry(
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

        Entry with(Outline traced) {
            return new Entry(id, category, defect, origin, image, mask, width, height, area, box, traced);
        }

        String json() {
            return GSON.toJson(this);
        }

        static Entry parse(String json) {
            return GSON.fromJson(json, Entry.class);
        }
    }
}
