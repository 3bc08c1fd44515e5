package org.dualanodiff.pipeline.generate;

import java.awt.image.BufferedImage;
import java.time.Instant;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.sampling.GeneratedPair;
import org.dualanodiff.pipeline.crop.Window;
import org.dualanodiff.pipeline.generate.Composition.ComposedPair;
import org.dualanodiff.pipeline.generate.GenerateSamples.GenerateTask;
import org.dualanodiff.pipeline.quality.QualityGate;
import org.dualanodiff.pipeline.quality.QualityGate.Verdict;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.GeneratedSample.SampleId;

/** From the two pictures that the model made to the row that users read: mask, statistics, verdict, PNG bytes. */
final class PairAssembly {

    private final GenerateTask task;
    private final Composition composition;
    private final QualityGate gate;

    PairAssembly(GenerateTask task, Composition composition) {
        this.task = task;
        this.composition = composition;
        this.gate = new QualityGate(task.quality());
    }

    GeneratedSample assemble(GeneratedPair pair, long millis) {
        ComposedPair composed = composition.compose(pair, mask(pair));
        Mask measured = Mask.of(composed.mask());
        Verdict verdict = verdict(composed, measured, pair.finite());
        boolean keep = verdict.accepted() || task.keepRejectedPixels();
        return new GeneratedSample(
                SampleId.of(task.runId(), task.unit().adapter(), pair.index()),
                task.unit().unit().category(),
                task.unit().unit().defect(),
                pair.index(),
                task.seed(),
                task.runId(),
                task.unit().adapter().fingerprint().hex(),
                task.prompt().global(),
                composed.background(),
                keep ? PngCodec.encode(composed.image()) : null,
                keep ? PngCodec.encode(composed.mask()) : null,
                keep ? PngCodec.encode(composed.part()) : null,
                composed.mask().getWidth(),
                composed.mask().getHeight(),
                measured.area(),
                new GeneratedSample.BoundingBox(
                        measured.box().x(),
                        measured.box().y(),
                        measured.box().width(),
                        measured.box().height()),
                verdict.measures(),
                verdict.signature(),
                verdict.accepted() ? GeneratedSample.Status.ACCEPTED : GeneratedSample.Status.REJECTED,
                verdict.reasons(),
                null,
                millis,
                Instant.now());
    }

    private BufferedImage mask(GeneratedPair pair) {
        Mask mask = task.mask().extract(pair.part());
        Mask refined = task.refinement() == null ? mask : task.refinement().apply(mask, pair.image());
        Mask seen = composition
                .good(pair)
                .filter(good -> task.change() != null)
                .map(good -> task.change().apply(refined, pair.image(), good))
                .orElse(refined);
        return Composition.within(seen.buffered(), composition.place(pair));
    }

    /** Of the window that the model drew: around a small defect, the rest of a large image would hide what is wrong. */
    private Verdict verdict(ComposedPair pair, Mask mask, boolean finite) {
        Window window = pair.judged();
        Mask judged = window.cut(mask);
        return gate.judge(
                window.cutColors(pair.image()),
                window.cutColors(pair.part()),
                judged,
                window.margin(judged, mask.width(), mask.height()),
                finite);
    }
}
