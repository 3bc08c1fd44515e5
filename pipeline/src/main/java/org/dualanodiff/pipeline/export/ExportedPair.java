package org.dualanodiff.pipeline.export;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
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
        String id,
        String category,
        String defect,
        byte[] image,
        byte[] mask,
        Image maskPixels,
        GeneratedSample generated) {

    static ExportedPair of(GeneratedSample sample) {
        return new ExportedPair(
                sample.sampleId(),
                sample.category(),
                sample.defect(),
                sample.image(),
                sample.mask(),
                decoded(sample),
                sample);
    }

    private static Image decoded(GeneratedSample sample) {
        try {
            return Image.gray(PngCodec.decode(sample.mask()));
        } catch (IOException e) {
            throw new UncheckedIOException("the mask of sample " + sample.sampleId() + " cannot be read", e);
        }
    }

    int width() {
        return maskPixels.width();
    }

    int height() {
        return maskPixels.height();
    }

    boolean isGenerated() {
        return generated != null;
    }

    /** This pair as an entry without outline. */
    PairEntry entry(String imageKey, String maskKey) {
        return PairEntry.of(this, imageKey, maskKey);
    }
}
