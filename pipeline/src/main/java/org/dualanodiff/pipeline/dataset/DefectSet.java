package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.util.List;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.pipeline.UnitKey;

/**
 * The images of one defect of one category.
 *
 * @param training sound images that the split rule chose for training, by name
 * @param test the other sound images, by name
 * @param chosenNames every name the split rule chose, with those whose file was then set aside
 * @param asideNames every name whose file was set aside, chosen or not
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
}
