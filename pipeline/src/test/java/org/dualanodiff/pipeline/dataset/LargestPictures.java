package org.dualanodiff.pipeline.dataset;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Reads pictures of the largest size that is decoded, in the form that takes the most memory, several at once. */
final class LargestPictures {
    private LargestPictures() {}

    public static void main(String[] arguments) throws IOException {
        Path root = Path.of(arguments[0]);
        byte[] picture = RawImages.blackPng(10_000, 10_000, 16, 6, 4);
        byte[] mask = RawImages.blackPng(10_000, 10_000, 8, 0, 1);
        for (int i = 0; i < 2; i++) {
            TestImages.write(root.resolve("tile/test/crack/%d.png".formatted(i)), picture);
            TestImages.write(root.resolve("tile/ground_truth/crack/%d_mask.png".formatted(i)), mask);
        }
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.FirstThird()));
        dataset.quarantine().forEach(file -> System.out.println(file.reason()));
    }
}
