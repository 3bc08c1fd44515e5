package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetReader.DefectInspection;

/**
 * How many bits of samples deeper than 8 bits a category's images use: cameras of 10, 12 and 14 bits write 16-bit files.
 * One number for the whole category, so that its images stay comparable.
 *
 * @param bits 8..16
 * @param highest sample that was seen, or 0
 */
record BitDepth(int bits, int highest) {
    /** Good images that are looked into, for a category may hold thousands. */
    private static final int GOOD_SEEN = 8;

    /** The depth of all images of defects, and of good ones from all over the list. */
    static BitDepth of(DatasetFiles files, GoodImages good, List<DefectInspection> defects) {
        int highest = defects.stream().mapToInt(DefectInspection::deepest).max().orElse(0);
        List<URI> all = good.training().isEmpty() ? good.test() : good.training();
        for (int i = 0; i < Math.min(GOOD_SEEN, all.size()); i++) {
            URI image = all.get((int) ((long) i * all.size() / Math.min(GOOD_SEEN, all.size())));
            int deepest = deepest(files, image);
            highest = Math.max(highest, deepest);
            if (deepest == 0 && highest == 0) {
                break;
            }
        }
        return new BitDepth(highest == 0 ? ImageDecoder.FULL_DEPTH : bits(highest), highest);
    }

    private static int deepest(DatasetFiles files, URI image) {
        try {
            return ImageDecoder.look(files.read(image)).deepest();
        } catch (IOException e) {
            // Whoever uses the image says why it cannot be read.
            return 0;
        }
    }

    /** The least depth of cameras, 8, 10, 12, 14 or 16 bits, that has such a sample. */
    private static int bits(int highest) {
        int bits = Byte.SIZE;
        while (bits < ImageDecoder.FULL_DEPTH && highest >> bits != 0) {
            bits += 2;
        }
        return bits;
    }

    DefectSet of(DefectSet set) {
        return bits == ImageDecoder.FULL_DEPTH
                ? set
                : new DefectSet(
                        set.category(),
                        set.defect(),
                        set.training().stream()
                                .map(image -> image.ofDepth(bits))
                                .toList(),
                        set.test().stream().map(image -> image.ofDepth(bits)).toList(),
                        set.chosenNames(),
                        set.asideNames());
    }

    GoodImages of(GoodImages good) {
        return new GoodImages(good.category(), of(good.training()), of(good.test()));
    }

    private List<URI> of(List<URI> images) {
        return images.stream().map(image -> DatasetPath.ofDepth(image, bits)).toList();
    }

    /** What to tell of it; empty where images are as deep as their files. */
    Optional<String> note(String category, boolean found) {
        return bits == ImageDecoder.FULL_DEPTH
                ? Optional.empty()
                : Optional.of(("%s: 16-bit images are read as %d bits deep"
                                + (found ? ", for their highest level is %d; dataset.bit-depth changes it" : ""))
                        .formatted(category, bits, highest));
    }
}
