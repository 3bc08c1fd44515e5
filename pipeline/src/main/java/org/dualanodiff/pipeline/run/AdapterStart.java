package org.dualanodiff.pipeline.run;

import org.dualanodiff.pipeline.UserError;
import java.nio.file.Path;
import java.util.Optional;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.dual.AdapterFile;
import org.dualanodiff.pipeline.config.AdapterTrainingConfig;

/** Whether adapters begin from nothing, as in the paper, or as the base model's starting adapter. */
final class AdapterStart {

    private AdapterStart() {}

    /** Whether the base has a starting adapter that fits, or, where a warm start is asked for, has one at all. */
    static boolean isWarm(AdapterTrainingConfig training, ModelFiles base) {
        Optional<Path> adapter = base.startingAdapter();
        return switch (training.init()) {
            case "cold" -> false;
            case "warm" -> {
                requireFitting(training, base, adapter);
                yield true;
            }
            default ->
                adapter.filter(file -> AdapterFile.rank(file) == training.rank())
                        .isPresent();
        };
    }

    private static void requireFitting(AdapterTrainingConfig training, ModelFiles base, Optional<Path> adapter) {
        if (adapter.isEmpty()) {
            throw new UserError(
                    "training.init is warm, but the base model %s has no starting adapter; set cold or auto"
                            .formatted(base.root()));
        }
        int rank = AdapterFile.rank(adapter.get());
        if (rank != training.rank()) {
            throw new UserError(
                    "training.init is warm, but the base model's starting adapter has rank %d; set training.rank = %1$d"
                            .formatted(rank));
        }
    }
}
