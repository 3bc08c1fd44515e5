package org.dualanodiff.pipeline.dataset;

import org.dualanodiff.model.files.Digest;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;

/**
 * A mask as run lengths in COCO's compressed form, so that it travels without a file.
 *
 * @param counts lengths of runs down the columns, the first unmarked; see {@link RunLengths}
 */
public record RunLengthMask(int width, int height, String counts) implements MaskSource {

    /** @throws IllegalArgumentException if the runs do not fill the picture, saying what is wrong */
    public RunLengthMask {
        RunLengths.parse(counts).requireArea((long) width * height);
    }

    /** The mask of a grey picture that marks pixels from level 128 up. */
    static RunLengthMask of(BufferedImage grey) {
        byte[] levels = ((DataBufferByte) grey.getRaster().getDataBuffer()).getData();
        int width = grey.getWidth();
        int height = grey.getHeight();
        RunLengths.Builder runs = new RunLengths.Builder();
        for (int x = 0; x < width; x++) {
            for (int y = 0; y < height; y++) {
                runs.add(levels[y * width + x] < 0);
            }
        }
        return new RunLengthMask(width, height, runs.build().compressed());
    }

    /** The number of marked pixels. */
    public long area() {
        return RunLengths.parse(counts).marked();
    }

    String sha256() {
        return new Digest().add(width + " x " + height).add(counts).hex();
    }

    @Override
    public BufferedImage open(DatasetFiles files) {
        BufferedImage grey = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        RunLengths.parse(counts).paint(grey);
        return grey;
    }
}
