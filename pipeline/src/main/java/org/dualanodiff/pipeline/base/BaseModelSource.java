package org.dualanodiff.pipeline.base;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.dualanodiff.model.checkpoint.ModelFiles;
import org.dualanodiff.model.checkpoint.RandomModel;

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

    public BaseModelSource(LocalCache cache) {
        this.cache = cache;
    }

    /**
     * @param setting a directory in the diffusers layout, a single-file checkpoint, or {@code builtin:NAME}
     * @throws org.dualanodiff.model.checkpoint.CheckpointException if the directory is not a complete model
     * @throws IllegalArgumentException if there is no builtin model of that name
     */
    public ModelFiles locate(String setting) {
        return ModelFiles.open(setting.startsWith(BUILTIN) ? builtin(setting) : Path.of(setting));
    }

    private Path builtin(String setting) {
        return switch (setting) {
            case TINY -> cache.folder("base-model-tiny-" + TINY_SEED, BaseModelSource::writeTiny);
            case SMALL -> cache.folder("base-model-small-" + BuiltinModel.version(), BuiltinModel::write);
            default ->
                throw new IllegalArgumentException(
                        "base-model: there is no %s; give %s, %s or a directory".formatted(setting, SMALL, TINY));
        };
    }

    private static void writeTiny(Path folder) {
        try {
            Files.createDirectories(folder);
            RandomModel.write(folder, RandomModel.Preset.TINY, TINY_SEED);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the builtin base model to " + folder, e);
        }
    }
}
