package org.dualanodiff.pipeline.export;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectImage;
import org.dualanodiff.pipeline.UnitKey;

/** Real pairs as they are exported: upright PNG, masks of 0 and 255. */
final class RealPair {

    private static final int DEFECT = 128;

    private RealPair() {}

    static ExportedPair read(UnitKey unit, String id, DefectImage image, DatasetFiles files) {
        try {
            Image mask = binary(image.openMask(files));
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

    private static Image binary(BufferedImage mask) {
        byte[] levels = Image.gray(mask).levels();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = (byte) ((levels[i] & 0xff) >= DEFECT ? 255 : 0);
        }
        return new Image(mask.getWidth(), mask.getHeight(), 1, levels);
    }
}
