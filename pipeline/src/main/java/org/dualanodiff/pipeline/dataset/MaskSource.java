package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.RunLengths;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;

/** Where the mask of one defect image comes from; it travels in tasks and is opened where it is needed. */
public sealed interface MaskSource extends Serializable {
    /**
     * Opens the mask.
     *
     * @param sha256 the mask's, as {@link DefectImage} has it
     * @return grey, 128 and brighter on the defect, of the image's size
     * @throws IOException if the mask's file cannot be read or decoded, or is another one by now
     */
    BufferedImage open(DatasetFiles files, String sha256) throws IOException;

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

        @Override
        public BufferedImage open(DatasetFiles files, String sha256) throws IOException {
            byte[] file = files.read(uri);
            DefectImage.requireSame(uri, sha256, sha256(file));
            return spread(ImageDecoder.mask(file));
        }

        /** Another level is another mask, and so another adapter. */
        String sha256(byte[] file) {
            String sum = Digest.hex(file);
            return level == BLACK_AND_WHITE
                    ? sum
                    : new Digest().add(sum).add("level " + level).hex();
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
            return new RunLengthMask(
                    grey.getWidth(),
                    grey.getHeight(),
                    RunLengths.of(Mask.of(grey)).compressed());
        }

        String sha256() {
            return new Digest().add(width + " x " + height).add(counts).hex();
        }

        @Override
        public BufferedImage open(DatasetFiles files, String sha256) {
            return RunLengths.parse(counts).mask(width, height).buffered();
        }
    }
}
