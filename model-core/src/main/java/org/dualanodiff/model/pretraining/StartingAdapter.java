package org.dualanodiff.model.pretraining;

import java.nio.file.Path;
import java.util.Optional;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.base.ModelDirectory;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.model.dual.AdapterLayout;
import org.dualanodiff.model.dual.DualAdapter;
import org.dualanodiff.model.training.AdamW;

/**
 * The adapter that is trained on pairs of many products, so that those of single defects can start from it.
 *
 * @param adapter sees the tensors of {@code weights}
 */
record StartingAdapter(TrainedWeights weights, DualAdapter adapter, AdamW optimizer) implements AutoCloseable {

    /**
     * Continues the one that the base model has, or begins a fresh one.
     *
     * @throws CheckpointException if the base model's has another rank
     */
    static StartingAdapter of(ModelDirectory model, BaseModel base, PretrainingConfig config) {
        Optional<Path> file = model.startingAdapter();
        AdapterLayout layout = AdapterLayout.of(base, config.pairRank(), false);
        try (DualAdapter first = file.map(path -> AdapterFile.read(path, base))
                .orElseGet(() -> DualAdapter.initialize(layout, config.seed(), base.device()))) {
            if (first.layout().rank() != config.pairRank()) {
                throw new CheckpointException("file %s: the starting adapter has rank %d; ask for this one, not %d"
                        .formatted(file.orElseThrow(), first.layout().rank(), config.pairRank()));
            }
            TrainedWeights weights = TrainedWeights.of(first, base.device());
            return new StartingAdapter(
                    weights,
                    DualAdapter.over(layout, weights.current()),
                    new AdamW(weights.trained(), config.optimizer()));
        }
    }

    @Override
    public void close() {
        optimizer.close();
        weights.close();
    }
}
