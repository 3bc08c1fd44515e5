package org.dualanodiff.pipeline.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.run.RunInputs;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreException;

/**
 * Publishes an adapter that was trained elsewhere, such as by the released code, in the place of the one that the
 * configuration would train. From then on runs with that configuration use it.
 */
public final class ImportAdapter {

    private final ObjectStore store;

    public ImportAdapter(ObjectStore store) {
        this.store = store;
    }

    /**
     * @param file safetensors or {@code .bin}, with the released code's keys
     * @throws org.dualanodiff.model.checkpoint.CheckpointException if it does not fit the base model
     * @throws StoreException if the store has an adapter in that place
     */
    public PublishedAdapter run(BaseModel base, RunInputs inputs, AdapterId id, Path file) throws IOException {
        AdapterRegistry registry = new AdapterRegistry(store);
        registry.find(id).ifPresent(standing -> {
            throw new StoreException("the store has an adapter for these settings: %s; nothing was imported"
                    .formatted(standing.weightsUri()));
        });
        Path weights = Files.createTempFile("dualanodiff-import-", ".safetensors");
        try (DualAdapter adapter = AdapterFile.read(file, base)) {
            AdapterFile.write(adapter, weights, Map.of("imported_from", name(file)));
            return registry.publish(weights, provenance(inputs, id, file, weights));
        } finally {
            Files.deleteIfExists(weights);
        }
    }

    private static Provenance provenance(RunInputs inputs, AdapterId id, Path file, Path weights) {
        DefectSet set = inputs.dataset().set(id.category(), id.defect()).orElseThrow();
        return new Provenance(
                id.fingerprint(),
                id.category(),
                id.defect(),
                inputs.settings().base(),
                new Provenance.TrainingData(set.fingerprint(), List.of(), 0),
                Map.of("imported.from", name(file)),
                new Provenance.Training(inputs.settings().config().seed(), 0, Double.NaN, List.of(), 0, "imported"),
                Provenance.Weights.of(weights),
                ProductVersion.current(),
                Instant.now());
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
