package org.dualanodiff.pipeline.report;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/** Pairs made small under one title, such as "real" or "generated". */
public record PairGroup(String title, List<PairThumbnail> pairs) {
    public PairGroup {
        pairs = List.copyOf(pairs);
    }

    /**
     * @param cell pixels of a picture's longer side
     * @throws IOException if an image can no longer be read
     */
    public static PairGroup real(String title, List<DefectImage> images, DatasetFiles files, int cell)
            throws IOException {
        List<PairThumbnail> pairs = new ArrayList<>();
        for (DefectImage image : images) {
            pairs.add(PairThumbnail.of(image.name(), image.openImage(files), image.openMask(files), cell));
        }
        return new PairGroup(title, pairs);
    }

    /**
     * Generated pairs whose pixels were kept; what the quality gate objects to stands below a pair.
     *
     * @param most how many are shown, the first ones
     * @throws IOException if a picture is damaged
     */
    public static PairGroup generated(String title, List<GeneratedSample> samples, int most, int cell)
            throws IOException {
        List<PairThumbnail> pairs = new ArrayList<>();
        for (GeneratedSample sample : samples) {
            if (pairs.size() < most && sample.hasPixels()) {
                String reasons = String.join(", ", sample.verdict().reasons());
                pairs.add(PairThumbnail.of((sample.id().index() + " " + reasons).strip(), sample.pictures(), cell));
            }
        }
        return new PairGroup(title, pairs);
    }
}
