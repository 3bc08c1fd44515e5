package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.time.Instant;
import org.dualanodiff.model.image.Pixels;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.MaskStatistics;
import org.dualanodiff.model.sampling.Anchor;
import org.dualanodiff.model.sampling.GeneratedPair;
import org.dualanodiff.pipeline.quality.QualityGate;
import org.dualanodiff.pipeline.quality.Verdict;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.SampleId;

/** From the two pictures that the model made to the row that users read: mask, statistics, verdict, PNG bytes. */
final class PairAssembly {

    private final GenerateTask task;
    private final QualityGate gate;

    PairAssembly(GenerateTask task) {
        this.task = task;
        this.gate = new QualityGate(task.quality());
    }

    GeneratedSample assemble(GeneratedPair pair, long millis) {
        BufferedImage mask = mask(pair);
        BufferedImage image = pair.anchor()
                .map(anchor -> AnchoredImage.compose(pair.image(), anchor.image(), mask))
                .orElse(pair.image());
        MaskStatistics statistics = MaskStatistics.of(mask);
        Verdict verdict = gate.judge(image, pair.anomaly(), mask, pair.finite());
        boolean keep = verdict.accepted() || task.keepRejectedPixels();
        return new GeneratedSample(
                SampleId.of(task.runId(), task.unit().adapterId(), pair.index()),
                task.unit().category(),
                task.unit().defect(),
                pair.index(),
                task.seed(),
                task.runId(),
                task.unit().adapter().hex(),
                task.prompt().global(),
                pair.anchor().map(Anchor::name).orElse(null),
                keep ? PngCodec.encode(image) : null,
                keep ? PngCodec.encode(mask) : null,
                keep ? PngCodec.encode(pair.anomaly()) : null,
                mask.getWidth(),
                mask.getHeight(),
                statistics.area(),
                new GeneratedSample.BoundingBox(
                        statistics.x(), statistics.y(), statistics.width(), statistics.height()),
                verdict.measures(),
                verdict.signature(),
                verdict.accepted() ? GeneratedSample.Status.ACCEPTED : GeneratedSample.Status.REJECTED,
                verdict.reasons(),
                null,
                millis,
                Instant.now());
    }

    private BufferedImage mask(GeneratedPair pair) {
        BufferedImage mask = task.mask().extract(pair.part());
        BufferedImage refined =
                task.refinement() == null ? mask : task.refinement().apply(mask, pair.image());
        float[] place = pair.anchor().map(Anchor::place).orElse(null);
        return place == null ? refined : within(refined, place);
    }

    /** The part of the mask where a defect may be. */
    private static BufferedImage within(BufferedImage mask, float[] place) {
        Pixels pixels = Pixels.gray(mask);
        byte[] levels = pixels.levels().clone();
        for (int i = 0; i < levels.length; i++) {
            levels[i] = place[i] == 0 ? 0 : levels[i];
        }
        return new Pixels(pixels.width(), pixels.height(), 1, levels).toImage();
    }
}
