package org.dualanodiff.pipeline.report;

import static java.util.Objects.requireNonNull;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.report.PairThumbnail.Thumbnails;

/**
 * What a report shows of the real pairs that an adapter was trained on; kept beside the run, since the data set may
 * have moved when the report is looked at.
 *
 * @param maskShares defect pixels over all pixels, one number a training image
 * @param examples the first few pairs, small
 */
public record RealPairs(List<Double> maskShares, List<Example> examples) {

    private static final int EXAMPLES = 4;

    public static final RealPairs NONE = new RealPairs(List.of(), List.of());

    public RealPairs {
        maskShares = List.copyOf(requireNonNull(maskShares, "mask_shares"));
        examples = List.copyOf(requireNonNull(examples, "examples"));
    }

    /**
     * One pair.
     *
     * @param image PNG in base64
     * @param mask PNG in base64
     */
    public record Example(String name, String image, String mask) {}

    /**
     * Looks at the training pairs of a defect.
     *
     * @throws IOException if a training image or its mask can no longer be read
     */
    public static RealPairs read(DefectSet set, DatasetFiles files) throws IOException {
        List<Double> shares = new ArrayList<>();
        List<Example> examples = new ArrayList<>();
        Thumbnails thumbnails = new Thumbnails(DescribeRun.CELL);
        for (DefectImage image : set.training()) {
            BufferedImage mask = image.openMask(files);
            shares.add(Mask.of(mask).share());
            if (examples.size() < EXAMPLES) {
                examples.add(new Example(
                        image.name(),
                        base64(thumbnails.picture(Image.rgb(image.openImage(files)))),
                        base64(thumbnails.mask(Image.gray(mask)))));
            }
        }
        return new RealPairs(shares, examples);
    }

    private static String base64(Image picture) {
        return Base64.getEncoder().encodeToString(PngCodec.encode(picture.buffered()));
    }
}
