package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.UserError;
import org.slf4j.LoggerFactory;
import org.slf4j.Logger;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.model.base.ModelFiles;
import java.util.List;
import java.util.LinkedHashMap;
import java.util.Collection;
import org.dualanodiff.pipeline.evaluate.LeakCheck.LeakException;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.model.checkpoint.CheckpointException;

/** The images that a base model was trained on, where its folder says: {@code training-images.json}. */
public final class BaseModelImages {

    /** A JSON object in a model's folder: the SHA-256 of each image file in hexadecimal, by name. */
    public static final String FILE = "training-images.json";

    private BaseModelImages() {}

    /** Writes the list into a model's folder. */
    public static void write(Path model, Map<String, String> hashes) throws IOException {
        Files.writeString(
                model.resolve(FILE),
                new GsonBuilder().setPrettyPrinting().create().toJson(hashes) + "\n");
    }

    /**
     * SHA-256 by name; empty if the folder does not say.
     *
     * @throws CheckpointException if the file is there and cannot be understood
     */
    public static Optional<Map<String, String>> read(Path model) {
        Path file = model.resolve(FILE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(new Gson().fromJson(Files.readString(file), new TypeToken<>() {}));
        } catch (JsonParseException e) {
            throw new CheckpointException(
                    "%s must be a JSON object of SHA-256 by image name: %s".formatted(file, e.getMessage()), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether base models have seen test images, by the lists in their folders. */
    public static final class BaseModelCheck {

        private static final Logger LOG = LoggerFactory.getLogger(BaseModelCheck.class);

        private final LeakCheck check;
        private final BaseModelSource models;

        public BaseModelCheck(LeakCheck check, BaseModelSource models) {
            this.check = check;
            this.models = models;
        }

        /**
         * Looks at each model once, whatever its names.
         *
         * @return what cannot be told, a sentence each
         * @throws LeakException naming each test image
         */
        public List<String> refuseLeaks(Collection<Provenance.BaseModel> bases) {
            Map<String, Provenance.BaseModel> byContent = new LinkedHashMap<>();
            bases.forEach(base -> byContent.putIfAbsent(base.sha256(), base));
            return byContent.values().stream()
                    .flatMap(base -> refuseLeaks(base).stream())
                    .toList();
        }

        private Optional<String> refuseLeaks(Provenance.BaseModel base) {
            Optional<Path> folder = folder(base);
            if (folder.isEmpty()) {
                return unknown(base, "is not on this machine as it was when adapters were trained on it");
            }
            Optional<Map<String, String>> images = BaseModelImages.read(folder.get());
            images.ifPresent(listed -> check.refuseLeaks(base.name(), listed));
            return images.isPresent() ? Optional.empty() : unknown(base, "has no " + BaseModelImages.FILE);
        }

        private static Optional<String> unknown(Provenance.BaseModel base, String why) {
            return Optional.of(
                    "the base model %s %s, so nobody checks whether it has seen test images".formatted(base.name(), why));
        }

        /** Empty where there is no such model any more, or another one. */
        private Optional<Path> folder(Provenance.BaseModel base) {
            try {
                ModelFiles found = models.locate(base.name());
                return Optional.of(found)
                        .filter(model -> model.fingerprint().equals(base.sha256()))
                        .map(ModelFiles::root);
            } catch (CheckpointException | UserError | UncheckedIOException e) {
                LOG.warn("the base model {} cannot be looked at", base.name(), e);
                return Optional.empty();
            }
        }
    }
}
