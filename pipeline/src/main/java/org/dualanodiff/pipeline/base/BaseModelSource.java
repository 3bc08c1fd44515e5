package org.dualanodiff.pipeline.base;

import org.dualanodiff.pipeline.UserError;
import java.nio.file.Path;
import java.util.Map;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Where the frozen base model of the setting {@code base-model} lies on this machine.
 */
public final class BaseModelSource {

    private final LocalCache cache;
    private final Map<String, String> hadoop;

    /** For models on this machine, and for those that need no settings to be reached. */
    public BaseModelSource(LocalCache cache) {
        this(cache, Map.of());
    }

    /** @param hadoop settings to reach models on HDFS or S3 */
    public BaseModelSource(LocalCache cache, Map<String, String> hadoop) {
        this.cache = cache;
        this.hadoop = Map.copyOf(hadoop);
    }

    /**
     * @param setting a directory in the diffusers layout, a single-file checkpoint, or {@code builtin:NAME}; one on HDFS
     *     or S3 is fetched into the cache
     * @throws org.dualanodiff.model.checkpoint.CheckpointException with all that keeps the model from being loaded
     * @throws UserError if there is no builtin model of that name
     */
    public ModelFiles locate(String setting) {
        ModelFiles model = ModelFiles.open(setting.startsWith(Builtin.PREFIX) ? Builtin.model(setting, cache) : onThisMachine(setting));
        model.requireComplete();
        return model;
    }

    private Path onThisMachine(String setting) {
        return ObjectStore.localPath(setting).orElseGet(() -> new RemoteModel(setting, hadoop).fetch(cache));
    }
}
