package org.dualanodiff.model.base;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.model.checkpoint.SafetensorsFile;
import org.dualanodiff.model.checkpoint.TensorFile;
import org.dualanodiff.model.checkpoint.WeightSource;
import org.dualanodiff.model.diffusion.SchedulerConfig;
import org.dualanodiff.model.files.Digest;
import org.dualanodiff.model.text.ClipTextConfig;
import org.dualanodiff.model.unet.UNetConfig;
import org.dualanodiff.model.vae.Autoencoder;

/** A Stable Diffusion 1.x or 2.x model on disk: a diffusers directory, or a single file with the names of the LDM code. */
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

    /** Height and width in pixels of the images that the model was made for. */
    default int resolution() {
        return unetConfig().sampleSize() * vaeConfig().downsamplingFactor();
    }

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

    /**
     * SHA-256 over a set of files: relative name, size and content of each, in the order of the names.
     *
     * <p>Reading gigabytes at every start would cost more than it is worth, so a file above 64 MiB counts by its size, its
     * safetensors header and 64 pieces of 1 MiB, evenly spaced from its first byte to its last. Training changes every
     * tensor a little, which the pieces see; a change made by hand to a few bytes between the pieces they do not see.
     */
    static final class FileFingerprint {
        private static final int PIECE = 1 << 20;
        private static final int PIECES = 64;
        private static final long SAMPLED_ABOVE = (long) PIECE * PIECES;
        private static final String WEIGHTS = ".*\\.(safetensors|ckpt|bin)";

        private final Digest digest = new Digest();

        private FileFingerprint() {}

        /** @throws CheckpointException if a file cannot be read */
        static String of(Path root, Stream<Path> files) {
            Path base = root.toAbsolutePath().normalize();
            Map<String, Path> named = new LinkedHashMap<>();
            files.map(file -> file.toAbsolutePath().normalize())
                    .sorted()
                    .forEach(file -> named.put(base.relativize(file).toString().replace('\\', '/'), file));
            return of(named);
        }

        /**
         * @param files by the names that count, in the order in which they count
         * @throws CheckpointException if a file cannot be read
         */
        static String of(Map<String, Path> files) {
            FileFingerprint fingerprint = new FileFingerprint();
            files.forEach(fingerprint::add);
            return fingerprint.digest.hex();
        }

        private void add(String name, Path file) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                long size = channel.size();
                digest.add(name)
                        .add(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
                if (size <= SAMPLED_ABOVE) {
                    addRange(channel, 0, size);
                } else {
                    addSamples(channel, size, file);
                }
            } catch (IOException e) {
                throw new CheckpointException("file " + file + " cannot be read: " + e, e);
            }
        }

        private void addSamples(FileChannel channel, long size, Path file) throws IOException {
            if (file.toString().matches(WEIGHTS) && TensorFile.open(file) instanceof SafetensorsFile safetensors) {
                addRange(channel, 0, safetensors.dataStart());
            }
            for (int piece = 0; piece < PIECES; piece++) {
                addRange(channel, (size - PIECE) * piece / (PIECES - 1), PIECE);
            }
        }

        private void addRange(FileChannel channel, long begin, long length) throws IOException {
            ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(PIECE, length));
            long position = begin;
            while (position < begin + length) {
                buffer.clear().limit((int) Math.min(PIECE, begin + length - position));
                int read = channel.read(buffer, position);
                if (read < 0) {
                    throw new IOException("the file ended at byte " + position);
                }
                digest.add(buffer.flip());
                position += read;
            }
        }
    }
}
