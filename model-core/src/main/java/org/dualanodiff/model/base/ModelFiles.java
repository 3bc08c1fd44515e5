package org.dualanodiff.model.base;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.diffusion.SchedulerConfig;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.Autoencoder;

/** A Stable Diffusion 1.x model on disk: a diffusers directory, or a single file with the names of the LDM code. */
public sealed interface ModelFiles permits ModelDirectory, LdmCheckpoint {

    /**
     * Opens a model; its parts are read later, when asked for.
     *
     * @param path a directory, or a single {@code .safetensors} or {@code .ckpt} file with a folder {@code tokenizer}
     *     beside it
     * @throws CheckpointException listing everything that is missing, or if it is another kind of model
     */
    static ModelFiles open(Path path) {
        return Files.isRegularFile(path) ? LdmCheckpoint.open(path) : ModelDirectory.open(path);
    }

    /** What of the model is not read as it stands, as diffusers does it: each a sentence that names its file. */
    default List<String> repairs() {
        return List.of();
    }

    /** Where the model is. */
    Path root();

    /** The folder for {@link org.dualanodiff.model.text.ClipTokenizer#open}. */
    Path tokenizer();

    /** @throws CheckpointException naming every value that is not supported */
    UNetConfig unetConfig();

    /** @throws CheckpointException naming every value that is not supported */
    Autoencoder.Config vaeConfig();

    /** @throws CheckpointException naming every value that is not supported */
    ClipTextConfig textConfig();

    /** @throws CheckpointException naming every value that is not supported */
    SchedulerConfig schedulerConfig();

    /** The denoiser's weights, by diffusers' names. */
    WeightSource unetWeights();

    /** The autoencoder's weights, by today's diffusers names. */
    WeightSource vaeWeights();

    /** The text encoder's weights, by transformers' names. */
    WeightSource textWeights();

    /** The file of the adapter that new ones may start from, if the model offers one. */
    default Optional<Path> startingAdapter() {
        return Optional.empty();
    }

    /**
     * Checks whatever can be checked without reading the weights: every configuration, name, shape and type of every
     * tensor, the tokenizer, and whether the parts fit each other. A model that passes can be loaded.
     *
     * @throws CheckpointException with all problems, a line each: file, what was expected and what found
     */
    default void requireComplete() {
        List<String> problems = ModelCheck.problems(this);
        if (!problems.isEmpty()) {
            throw new CheckpointException(String.join(System.lineSeparator(), problems));
        }
    }

    /** Identifies the model by what its files hold: SHA-256 as lower-case hex. */
    String fingerprint();
}
