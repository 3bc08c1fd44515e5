package org.dualanodiff.pipeline.dataset;

import java.io.Serializable;
import java.net.URI;
import java.util.List;
import java.util.stream.Stream;

/**
 * Defect-free images of one category. They are listed, not opened, since a category may hold thousands of them.
 *
 * @param training images of {@code train/good}, by file name
 * @param test images of {@code test/good}, by file name
 */
public record GoodImages(String category, List<URI> training, List<URI> test) implements Serializable {
    public GoodImages {
        training = List.copyOf(training);
        test = List.copyOf(test);
    }

    /** With more of them, in the order of their addresses. */
    GoodImages with(List<URI> moreTraining, List<URI> moreTest) {
        return new GoodImages(category, joined(training, moreTraining), joined(test, moreTest));
    }

    private static List<URI> joined(List<URI> some, List<URI> more) {
        return more.isEmpty()
                ? some
                : Stream.concat(some.stream(), more.stream()).sorted().toList();
    }

    /** The name that a defect-free image goes by: its file's. */
    public static String name(URI image) {
        String path = image.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }
}
