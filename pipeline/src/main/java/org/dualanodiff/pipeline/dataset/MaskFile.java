package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.net.URI;

/**
 * A mask that is a picture.
 *
 * @param uri where it lies; {@link DatasetFiles#read(URI)} takes it
 * @param level a pixel is marked from this grey level up, 1..255
 */
public record MaskFile(URI uri, int level) implements MaskSource {
    /** The level of masks drawn in black and white, as in the released preprocessing. */
    public static final int BLACK_AND_WHITE = 128;

    /** The level of masks that number their defects 1, 2, 3. */
    public static final int NUMBERED = 1;

    public MaskFile {
        if (level < 1 || level > 255) {
            throw new IllegalArgumentException("a mask's level must be 1..255, was " + level);
        }
    }

    /** A mask drawn in black and white. */
    public MaskFile(URI uri) {
        this(uri, BLACK_AND_WHITE);
    }

    @Override
    public BufferedImage open(DatasetFiles files) throws IOException {
        return spread(ImageDecoder.mask(files.read(uri)));
    }

    /** Masks of the usual level keep their soft edges, which the resize before training makes use of. */
    private BufferedImage spread(BufferedImage grey) {
        if (level != BLACK_AND_WHITE) {
            byte[] levels = ((DataBufferByte) grey.getRaster().getDataBuffer()).getData();
            for (int i = 0; i < levels.length; i++) {
                levels[i] = (byte) ((levels[i] & 0xFF) >= level ? 255 : 0);
            }
        }
        return grey;
    }
}
