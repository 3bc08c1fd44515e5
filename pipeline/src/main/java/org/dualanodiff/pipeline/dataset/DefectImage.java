package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import org.dualanodiff.model.files.Digest;

/**
 * One defect image with its mask, both opened and found sound.
 *
 * @param name the image's file name with its extension; where a file lists the images, as listed there
 * @param imageUri where the image lies; {@link DatasetFiles#read(URI)} takes it
 * @param mask where the mask comes from
 * @param width pixels across, after the camera's orientation is applied
 * @param height pixels down, after the camera's orientation is applied
 * @param imageSha256 SHA-256 of the image file in lower-case hexadecimal; where less than all bits of deeper samples are
 *     in use, of that and their number
 * @param maskSha256 SHA-256 of all that makes the mask, in lower-case hexadecimal: of the mask file where it is drawn in
 *     black and white
 */
public record DefectImage(
        String name, URI imageUri, MaskSource mask, int width, int height, String imageSha256, String maskSha256)
        implements Serializable {

    /** @throws IOException if the image can no longer be read */
    public BufferedImage openImage(DatasetFiles files) throws IOException {
        return files.image(imageUri);
    }

    /** The same image where so many bits of its deeper samples are in use: other pixels, and so another hash. */
    DefectImage ofDepth(int bits) {
        return new DefectImage(
                name,
                DatasetPath.ofDepth(imageUri, bits),
                mask,
                width,
                height,
                new Digest().add(imageSha256).add("bits " + bits).hex(),
                maskSha256);
    }

    /**
     * @return grey, 128 and brighter on the defect, of the image's size
     * @throws IOException if the mask can no longer be read
     */
    public BufferedImage openMask(DatasetFiles files) throws IOException {
        return mask.open(files);
    }
}
