package org.dualanodiff.jobs.spark;

import java.util.HashMap;
import java.util.Map;
import org.dualanodiff.jobs.preflight.JvmCheck;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.base.LocalCache;
import org.dualanodiff.pipeline.store.Provenance;

/**
 * The base models of this JVM: one a device, shared by all tasks that run on it, for as long as the JVM lives. The
 * weights are frozen, so any number of threads may use one.
 */
final class ModelCache {

    private static final Map<Key, BaseModel> LOADED = new HashMap<>();

    private ModelCache() {}

    private record Key(String sha256, Compute compute) {}

    /**
     * @throws CheckpointException if the model on this machine is not the one that the run was planned with
     */
    static synchronized BaseModel get(Provenance.BaseModel base, Compute compute) {
        return LOADED.computeIfAbsent(new Key(base.sha256(), compute), key -> load(base, compute));
    }

    private static BaseModel load(Provenance.BaseModel base, Compute compute) {
        ModelFiles directory = new BaseModelSource(LocalCache.ofUser(), HadoopProperties.current()).locate(base.name());
        if (!directory.fingerprint().equals(base.sha256())) {
            throw new CheckpointException(
                    "%s on this machine is not the base model that the run was planned with: expected fingerprint %s, found %s"
                            .formatted(directory.root(), base.sha256(), directory.fingerprint()));
        }
        JvmCheck.requireOnExecutor(directory, compute.device());
        return BaseModel.load(directory, compute);
    }
}
