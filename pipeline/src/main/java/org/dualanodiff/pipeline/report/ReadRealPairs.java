package org.dualanodiff.pipeline.report;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectImage;
import org.dualanodiff.pipeline.dataset.DefectSet;

/** Looks at the training pairs of a defect for the report. */
public final class ReadRealPairs {

    /** Pairs shown. */
    static final int EXAMPLES = 4;

    private final DatasetFiles files;

    public ReadRealPairs(DatasetFiles files) {
        this.files = files;
    }

    /** @throws IOException if a training image or its mask can no longer be read */
    public RealPairs of(DefectSet set) throws IOException {
        List<Double> shares = new ArrayList<>();
        List<RealPairs.Example> examples = new ArrayList<>();
        for (DefectImage image : set.training()) {
            BufferedImage mask = image.openMask(files);
            shares.add(Mask.of(mask).share());
            if (examples.size() < EXAMPLES) {
                examples.add(example(image, mask));
            }
        }
        return new RealPairs(shares, examples);
    }

    private RealPairs.Example example(DefectImage image, BufferedImage mask) throws IOException {
        Thumbnails thumbnails = new Thumbnails(DescribeRun.CELL);
        Image picture = Image.rgb(image.openImage(files));
        return new RealPairs.Example(
                image.name(), base64(thumbnails.picture(picture)), base64(thumbnails.mask(Image.gray(mask))));
    }

    private static String base64(Image pixels) {
        return Base64.getEncoder().encodeToString(PngCodec.encode(pixels.buffered()));
    }
}
