package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.time.Instant;
import java.util.List;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.MaskStatistics;
import org.dualanodiff.model.sampling.GeneratedPair;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleId;

/** From the two pictures that the model made to the row that users read: mask, statistics, verdict, PNG bytes. */
final class PairAssembly {

    /** The one reason that needs no threshold: a pair without a mask tells a detector nothing. */
    static final String EMPTY_MASK = "empty_mask";

    private PairAssembly() {}

    static GeneratedSample assemble(GeneratedPair pair, GenerateTask task, long millis) {
        BufferedImage mask = task.mask().extract(pair.part());
        MaskStatistics statistics = MaskStatistics.of(mask);
        List<String> reasons = statistics.isEmpty() ? List.of(EMPTY_MASK) : List.of();
        int pixels = mask.getWidth() * mask.getHeight();
        return new GeneratedSample(
                SampleId.of(task.runId(), task.unit().adapterId(), pair.index()),
                task.unit().category(),
                task.unit().defect(),
                pair.index(),
                task.seed(),
                task.runId(),
                task.unit().adapter().hex(),
                task.prompt().global(),
                PngCodec.encode(pair.image()),
                PngCodec.encode(mask),
                PngCodec.encode(pair.anomaly()),
                mask.getWidth(),
                mask.getHeight(),
                statistics.area(),
                new GeneratedSample.BoundingBox(
                        statistics.x(), statistics.y(), statistics.width(), statistics.height()),
                statistics.components(),
                (double) statistics.area() / pixels,
                reasons.isEmpty() ? GeneratedSample.Status.ACCEPTED : GeneratedSample.Status.REJECTED,
                reasons,
                null,
                millis,
                Instant.now());
    }
}
