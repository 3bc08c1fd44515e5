package org.dualanodiff.model.detector;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.CheckpointException;

/**
 * The shape of a residual network of basic blocks (He et al. 2016).
 *
 * @param size side of the square input, in pixels
 * @param channels 1 for grey or 3 for color
 * @param classes to tell apart
 * @param width channels of the first stage; each later stage doubles it
 * @param blocks basic blocks of each stage
 */
public record ClassifierConfig(int size, int channels, int classes, int width, List<Integer> blocks)
        implements Serializable {

    private static final int SMALLEST = 8;

    public ClassifierConfig {
        blocks = List.copyOf(blocks);
        if (blocks.isEmpty() || blocks.stream().anyMatch(count -> count < 1) || width < 1) {
            throw new IllegalArgumentException(
                    "A classifier needs a positive width and blocks, was %d and %s".formatted(width, blocks));
        }
        if (classes < 2 || size < SMALLEST) {
            throw new IllegalArgumentException("A classifier needs 2 classes and %d pixels or more, was %d and %d"
                    .formatted(SMALLEST, classes, size));
        }
        DetectorPixels.requireChannels(channels);
    }

    /** ResNet-34 in color, the classifier of the published comparisons. */
    public static ClassifierConfig resNet34(int size, int classes) {
        return new ClassifierConfig(size, 3, classes, 64, List.of(3, 4, 6, 3));
    }

    /** The same with a quarter of the channels, in grey: 1.3 million parameters. */
    public static ClassifierConfig small(int size, int classes) {
        return new ClassifierConfig(size, 1, classes, 16, List.of(3, 4, 6, 3));
    }

    Map<String, String> metadata() {
        return Map.of(
                "kind", "classifier",
                "size", Integer.toString(size),
                "channels", Integer.toString(channels),
                "classes", Integer.toString(classes),
                "width", Integer.toString(width),
                "blocks", String.join(",", blocks.stream().map(String::valueOf).toList()));
    }

    /** @throws CheckpointException if this is not the metadata of a saved classifier */
    static ClassifierConfig of(Map<String, String> metadata, Object file) {
        SavedNetwork saved = new SavedNetwork(metadata, "classifier", file);
        List<Integer> blocks = Arrays.stream(saved.text("blocks").split(","))
                .map(Integer::valueOf)
                .toList();
        return new ClassifierConfig(
                saved.number("size"), saved.number("channels"), saved.number("classes"), saved.number("width"), blocks);
    }
}
