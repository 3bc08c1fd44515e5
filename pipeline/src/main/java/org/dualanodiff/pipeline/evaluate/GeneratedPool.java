package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.UserError;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.ObjectStore;

/** Accepted pairs of runs at the detector's size. */
final class GeneratedPool {

    private final ObjectStore store;

    GeneratedPool(ObjectStore store) {
        this.store = store;
    }

    /**
     * The accepted pairs of lowest index, of the first run before those of the next.
     *
     * @throws UserError if no run has any of them
     */
    List<DetectorPair> pairs(List<String> runs, String category, String defect, EvaluationSettings settings)
            throws IOException {
        List<GeneratedSample> accepted = new ArrayList<>();
        for (String runId : runs) {
            int missing = settings.pairsPerDefect() - accepted.size();
            if (missing > 0) {
                accepted.addAll(
                        new RunSamples(store, runId).first(category, defect, GeneratedPool::isAccepted, missing));
            }
        }
        if (accepted.isEmpty()) {
            throw new UserError(
                    "run %s in %s has no accepted pairs of %s/%s; run augment with these settings first, or name another run"
                            .formatted(String.join(",", runs), store.root(), category, defect));
        }
        return pairs(accepted, settings.size(), settings.channels());
    }

    private static boolean isAccepted(GeneratedSample sample) {
        return sample.status() == GeneratedSample.Status.ACCEPTED;
    }

    /** @throws IOException if a picture is damaged */
    static List<DetectorPair> pairs(List<GeneratedSample> samples, int size, int channels) throws IOException {
        List<DetectorPair> pairs = new ArrayList<>();
        for (GeneratedSample sample : samples) {
            pairs.add(DetectorPair.of(PngCodec.decode(sample.image()), PngCodec.decode(sample.mask()), size, channels));
        }
        return pairs;
    }
}
