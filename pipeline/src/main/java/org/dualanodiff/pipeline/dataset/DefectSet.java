package org.dualanodiff.pipeline.dataset;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;

/**
 * The images of one defect of one category.
 *
 * @param training sound images that the split rule chose for training, by name
 * @param test the other sound images, by name, without those of the first third that a smaller number leaves out, and
 *     without those that are for the training of another defect
 * @param chosenNames every name the split rule chose, with those whose file was then set aside
 * @param asideNames every name whose file was set aside, chosen or not, or that does not test for another defect's sake
 */
public record DefectSet(
        String category,
        String defect,
        List<DefectImage> training,
        List<DefectImage> test,
        List<String> chosenNames,
        List<String> asideNames)
        implements Serializable {
    public DefectSet {
        training = List.copyOf(training);
        test = List.copyOf(test);
        chosenNames = List.copyOf(chosenNames);
        asideNames = List.copyOf(asideNames);
    }

    public UnitKey unit() {
        return new UnitKey(category, defect);
    }

    /** Whether there is at least one image to train on. */
    public boolean usable() {
        return !training.isEmpty();
    }

    /** Without some of the test images, which are named among those set aside then. */
    DefectSet withoutTests(Set<String> names) {
        return new DefectSet(
                category,
                defect,
                training,
                test.stream().filter(image -> !names.contains(image.name())).toList(),
                chosenNames,
                Stream.concat(asideNames.stream(), names.stream()).toList());
    }

    /**
     * SHA-256 over name, image hash and mask hash of the training images in order, as lower-case hexadecimal. It does
     * not depend on where the data set lies, nor on category, defect or the test images.
     */
    public String fingerprint() {
        Digest digest = new Digest();
        training.forEach(
                image -> digest.add(image.name()).add(image.imageSha256()).add(image.maskSha256()));
        return digest.hex();
    }

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

        /** @throws IOException if the image can no longer be read, or is another one by now */
        public BufferedImage openImage(DatasetFiles files) throws IOException {
            byte[] file = files.read(imageUri);
            requireSame(imageUri, imageSha256, sha256(Digest.hex(file), DatasetPath.depth(imageUri)));
            return DatasetFiles.image(imageUri, file);
        }

        /**
         * What is made of an image is named by the hash that was found when the data set was read.
         *
         * @throws UnreadableImageException if it is another one by now
         */
        public static void requireSame(URI file, String expected, String found) throws UnreadableImageException {
            if (!found.equals(expected)) {
                throw new UnreadableImageException(
                        ("%s has changed since the data set was read; run again (and touch the file if it has kept its"
                                        + " time and length)")
                                .formatted(file));
            }
        }

        /** The same image where so many bits of its deeper samples are in use: other pixels, and so another hash. */
        DefectImage ofDepth(int bits) {
            return new DefectImage(
                    name,
                    DatasetPath.ofDepth(imageUri, bits),
                    mask,
                    width,
                    height,
                    sha256(imageSha256, bits),
                    maskSha256);
        }

        private static String sha256(String file, int bits) {
            return bits == ImageDecoder.FULL_DEPTH
                    ? file
                    : new Digest().add(file).add("bits " + bits).hex();
        }

        /**
         * SHA-256 of the image file.
         *
         * @throws IOException if it has to be read for that, and cannot be
         */
        public String fileSha256(DatasetFiles files) throws IOException {
            return DatasetPath.depth(imageUri) == ImageDecoder.FULL_DEPTH
                    ? imageSha256
                    : Digest.hex(files.read(imageUri));
        }

        /**
         * Every {@link #imageSha256} that an image may go by, for it may have been read at another depth.
         *
         * @param file SHA-256 of the image file
         */
        public static List<String> sha256s(String file) {
            return IntStream.rangeClosed(Byte.SIZE, ImageDecoder.FULL_DEPTH)
                    .mapToObj(bits -> sha256(file, bits))
                    .toList();
        }

        /**
         * @return grey, 128 and brighter on the defect, of the image's size
         * @throws IOException if the mask can no longer be read, or is another one by now
         */
        public BufferedImage openMask(DatasetFiles files) throws IOException {
            return mask.open(files, maskSha256);
        }
    }
}
