package org.dualanodiff.pipeline.base;

import org.dualanodiff.pipeline.UserError;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Where the frozen base model of the setting {@code base-model} lies on this machine.
 *
 * <p>{@code builtin:small} was pretrained on procedural pictures (docs/model-card.md) and comes with the product. {@code
 * builtin:tiny} is a model of a few million random weights: its pictures are noise, but everything around it is real. Both
 * are written into the cache on first use, with the same bytes on every machine.
 */
public final class BaseModelSource {

    private static final String BUILTIN = "builtin:";
    private static final String TINY = BUILTIN + "tiny";
    private static final String SMALL = BUILTIN + "small";
    private static final long TINY_SEED = 1;

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
        ModelFiles model = ModelFiles.open(setting.startsWith(BUILTIN) ? builtin(setting) : onThisMachine(setting));
        model.requireComplete();
        return model;
    }

    private Path onThisMachine(String setting) {
        return ObjectStore.localPath(setting).orElseGet(() -> new RemoteModel(setting, hadoop).fetch(cache));
    }

    private Path builtin(String setting) {
        return switch (setting) {
            case TINY -> cache.folder("base-model-tiny-" + TINY_SEED, BaseModelSource::writeTiny);
            case SMALL -> cache.folder("base-model-small-" + BuiltinModel.version(), BuiltinModel::write);
            default ->
                throw new UserError(
                        "base-model: there is no %s; give %s, %s or a directory".formatted(setting, SMALL, TINY));
        };
    }

    private static void writeTiny(Path folder) throws IOException {
        RandomModel.write(folder, RandomModel.Preset.TINY, TINY_SEED);
    }
}
