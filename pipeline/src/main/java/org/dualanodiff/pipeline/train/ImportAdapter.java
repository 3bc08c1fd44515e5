package org.dualanodiff.pipeline.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;

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
     * @param task the training whose adapter it takes the place of
     * @param file safetensors or {@code .bin}, with the released code's keys
     * @throws org.dualanodiff.model.checkpoint.CheckpointException if it does not fit the base model
     * @throws StoreException if the store has an adapter in that place
     * @throws UserError if one of the two has background compensation and the other has not
     */
    public PublishedAdapter run(BaseModel base, TrainTask task, Path file) throws IOException {
        AdapterRegistry registry = new AdapterRegistry(store);
        registry.find(task.adapter()).ifPresent(standing -> {
            throw new StoreException("the store has an adapter for these settings: %s; nothing was imported"
                    .formatted(standing.weightsUri()));
        });
        Path weights = Files.createTempFile("dualanodiff-import-", ".safetensors");
        try (DualAdapter adapter = AdapterFile.read(file, base)) {
            requireSameCompensation(adapter.layout().background(), task, file);
            AdapterFile.write(adapter, weights, Map.of("imported_from", name(file)));
            return registry.publish(weights, provenance(task, file, weights));
        } finally {
            Files.deleteIfExists(weights);
        }
    }

    /** Nothing could be sampled with such an adapter: it would lack clean backgrounds, or know nothing of them. */
    private static void requireSameCompensation(boolean compensated, TrainTask task, Path file) {
        if (compensated != (task.background() != null)) {
            throw new UserError(
                    "%s has %sbackground compensation, but these settings train %s %s it: set background.mode = %s; nothing was imported"
                            .formatted(
                                    file,
                                    compensated ? "" : "no ",
                                    task.adapter().unit(),
                                    compensated ? "without" : "with",
                                    compensated ? "on" : "off"));
        }
    }

    private static Provenance provenance(TrainTask task, Path file, Path weights) {
        return Provenance.of(
                task.adapter(),
                task.base(),
                new Provenance.TrainingData(task.set().fingerprint(), List.of(), 0),
                Map.of("imported.from", name(file)),
                new Provenance.Training(task.training().seed(), 0, Double.NaN, List.of(), 0, "imported"),
                weights);
    }

    private static String name(Path file) {
        return file.getFileName().toString();
    }
}
