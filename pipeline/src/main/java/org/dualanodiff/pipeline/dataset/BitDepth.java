package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;

/**
 * How many bits of samples deeper than 8 bits a category's images use: cameras of 10, 12 and 14 bits write 16-bit files.
 * One number for the whole category, so that its images stay comparable.
 *
 * @param bits 8..16
 * @param highest sample that was seen, or 0
 */
record BitDepth(int bits, int highest) {
    /** Good images that are looked into to see whether any is deep, and then for the highest, for a category may hold thousands. */
    private static final int FIRST_SEEN = 4;

    private static final int GOOD_SEEN = 64;

    /** The depth of all images of defects, and of good ones from all over the list. */
    static BitDepth of(DatasetFiles files, GoodImages good, List<DefectInspection> defects) {
        List<URI> all =
                Stream.concat(good.training().stream(), good.test().stream()).toList();
        int highest = Math.max(
                defects.stream().mapToInt(DefectInspection::deepest).max().orElse(0), deepest(files, all, FIRST_SEEN));
        highest = highest == 0 ? 0 : Math.max(highest, deepest(files, all, GOOD_SEEN));
        return new BitDepth(highest == 0 ? ImageDecoder.FULL_DEPTH : bits(highest), highest);
    }

    /** Of so many images from all over the list. */
    private static int deepest(DatasetFiles files, List<URI> all, int most) {
        int seen = Math.min(most, all.size());
        return IntStream.range(0, seen)
                .parallel()
                .map(i -> deepest(files, all.get((int) ((long) i * all.size() / seen))))
                .max()
                .orElse(0);
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
