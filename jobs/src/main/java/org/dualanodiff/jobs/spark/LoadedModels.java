package org.dualanodiff.jobs.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;

/**
 * What this JVM has loaded, shared by its tasks: base models, one a device, for as long as it lives; adapters that are sampled with,
 * folded into their base, and one that nobody uses, since the next task is likely to ask for it again. Another one takes its place,
 * not memory beside it. Weights are frozen, so any number of threads may use them.
 */
final class LoadedModels {

    private static final Map<BaseKey, BaseModel> BASES = new HashMap<>();
    private static final Map<AdapterKey, Lease> ADAPTERS = new HashMap<>();

    private LoadedModels() {}

    private record BaseKey(String sha256, Compute compute) {}

    private record AdapterKey(String weightsUri, BaseModel base) {}

    /**
     * @param files bytes that the task has in temporary files at once
     * @throws CheckpointException if the model on this machine is not the one that the run was planned with
     */
    static BaseModel base(Provenance.BaseModel base, Compute compute, ToLongFunction<ModelFiles> files) {
        synchronized (BASES) {
            return BASES.computeIfAbsent(new BaseKey(base.sha256(), compute), key -> load(base, compute, files));
        }
    }

    private static BaseModel load(Provenance.BaseModel base, Compute compute, ToLongFunction<ModelFiles> files) {
        ModelFiles directory = Machine.ofSpark().models().locate(base.name());
        if (!directory.fingerprint().equals(base.sha256())) {
            throw new CheckpointException(
                    "%s on this machine is not the base model that the run was planned with: expected fingerprint %s, found %s"
                            .formatted(directory.root(), base.sha256(), directory.fingerprint()));
        }
        JvmCheck.requireOnExecutor(compute.device(), files.applyAsLong(directory));
        return BaseModel.load(directory, compute);
    }

    /** The right to use an adapter until closed; to be closed as often as it was given. */
    static final class Lease implements AutoCloseable {
        private final MergedAdapter adapter;
        private int users;

        private Lease(MergedAdapter adapter) {
            this.adapter = adapter;
        }

        MergedAdapter adapter() {
            return adapter;
        }

        @Override
        public void close() {
            synchronized (ADAPTERS) {
                users--;
            }
        }
    }

    static Lease adapter(ObjectStore store, PublishedAdapter published, BaseModel base) throws IOException {
        synchronized (ADAPTERS) {
            AdapterKey key = new AdapterKey(published.weightsUri(), base);
            Lease lease = ADAPTERS.get(key);
            if (lease == null) {
                dropIdle();
                lease = new Lease(load(store, published, base));
                ADAPTERS.put(key, lease);
            }
            lease.users++;
            return lease;
        }
    }

    private static void dropIdle() {
        ADAPTERS.values().removeIf(lease -> {
            if (lease.users == 0) {
                lease.adapter.close();
            }
            return lease.users == 0;
        });
    }

    private static MergedAdapter load(ObjectStore store, PublishedAdapter published, BaseModel base)
            throws IOException {
        Path file = Files.createTempFile("dualanodiff-adapter-", ".safetensors");
        try {
            new AdapterRegistry(store).download(published, file);
            return MergedAdapter.read(file, base);
        } finally {
            Files.deleteIfExists(file);
        }
    }
}
