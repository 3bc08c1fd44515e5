package org.dualanodiff.model.detector;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.checkpoint.CheckpointException;

/**
 * The shape of a segmentation U-Net.
 *
 * @param size side of the square input, in pixels; the pools halve it between any two levels
 * @param channels 1 for grey or 3 for color
 * @param widths channels of each level of the encoder, the finest first
 */
public record SegmentationConfig(int size, int channels, List<Integer> widths) implements Serializable {

    /** 1.28 million parameters at 128x128 grey: an arm of the evaluation learns in minutes on two cores. */
    public static final SegmentationConfig SMALL = new SegmentationConfig(128, 1, List.of(16, 32, 64, 128, 192));

    public SegmentationConfig {
        widths = List.copyOf(widths);
        if (widths.isEmpty() || widths.stream().anyMatch(width -> width < 1)) {
            throw new IllegalArgumentException("A U-Net needs levels of positive width, was " + widths);
        }
        int factor = 1 << (widths.size() - 1);
        if (size < factor || size % factor != 0) {
            throw new IllegalArgumentException("The size must be a multiple of %d for a U-Net of %d levels, was %d"
                    .formatted(factor, widths.size(), size));
        }
        DetectorPixels.requireChannels(channels);
    }

    Map<String, String> metadata() {
        return Map.of(
                "kind", "segmentation",
                "size", Integer.toString(size),
                "channels", Integer.toString(channels),
                "widths", String.join(",", widths.stream().map(String::valueOf).toList()));
    }

    /** @throws CheckpointException if this is not the metadata of a saved segmentation network */
    static SegmentationConfig of(Map<String, String> metadata, Object file) {
        SavedNetwork saved = new SavedNetwork(metadata, "segmentation", file);
        List<Integer> widths = Arrays.stream(saved.text("widths").split(","))
                .map(Integer::valueOf)
                .toList();
        return new SegmentationConfig(saved.number("size"), saved.number("channels"), widths);
    }
}
