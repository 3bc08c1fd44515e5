package org.dualanodiff.pipeline.evaluate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetReader;
import org.dualanodiff.pipeline.dataset.DatasetRequest;
import org.dualanodiff.pipeline.dataset.SplitRule;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;

/** Data sets as an evaluation reads them, and the adapters of runs. */
final class EvaluationFixture {

    private EvaluationFixture() {}

    static CategoryData category(Path root, Set<String> twins) {
        Dataset dataset = new DatasetReader(new Configuration())
                .read(new DatasetRequest(root.toString(), List.of(), List.of(), new SplitRule.FirstThird()));
        return new CategoryData(
                dataset.good().get(0).category(), dataset.sets(), dataset.good().get(0), twins);
    }

    static AdapterId adapter(String defect) {
        return new AdapterId("cloth", defect, Fingerprint.of("test").build());
    }

    /** @param images SHA-256 of those that trained it */
    static PublishedAdapter publish(ObjectStore store, AdapterId id, List<String> images) throws IOException {
        Path weights = Files.writeString(Files.createTempFile("weights", ".safetensors"), "weights");
        try {
            return new AdapterRegistry(store)
                    .publish(
                            weights,
                            new Provenance(
                                    id.fingerprint(),
                                    id.category(),
                                    id.defect(),
                                    new Provenance.BaseModel("tiny", "ab"),
                                    new Provenance.TrainingData(
                                            "cd",
                                            images.stream()
                                                    .map(sum -> new Provenance.TrainingImage("learned.png", sum, "00"))
                                                    .toList(),
                                            0),
                                    Map.of(),
                                    new Provenance.Training(1, 10, 0.5, List.of(), 1, "cpu"),
                                    Provenance.Weights.of(weights),
                                    "test",
                                    Instant.EPOCH));
        } finally {
            Files.delete(weights);
        }
    }
}
