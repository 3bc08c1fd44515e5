package org.dualanodiff.pipeline.store;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.store.RunRegistry.Settings;

/**
 * Where an adapter comes from: {@code provenance.json} beside its weights. Written last; an adapter without it does not
 * exist.
 *
 * @param fingerprint hash of everything that shaped the adapter, as planned
 * @param base the model it was trained on
 * @param data the images it was trained with
 * @param settings the training settings, by their names in the configuration
 * @param productVersion the version of this product that trained it
 */
public record Provenance(
        Fingerprint fingerprint,
        String category,
        String defect,
        BaseModel base,
        TrainingData data,
        Map<String, String> settings,
        Training training,
        Weights weights,
        String productVersion,
        Instant createdAt)
        implements Serializable {

    public Provenance {
        requireNonNull(fingerprint, "fingerprint");
        requireNonNull(category, "category");
        requireNonNull(defect, "defect");
        requireNonNull(base, "base");
        requireNonNull(data, "data");
        settings = Settings.sorted(requireNonNull(settings, "settings"));
        requireNonNull(training, "training");
        requireNonNull(weights, "weights");
    }

    /**
     * Of an adapter that this version has made just now.
     *
     * @param weights local file
     */
    public static Provenance of(
            AdapterId id,
            BaseModel base,
            TrainingData data,
            Map<String, String> settings,
            Training training,
            Path weights) {
        return new Provenance(
                id.fingerprint(),
                id.category(),
                id.defect(),
                base,
                data,
                settings,
                training,
                Weights.of(weights),
                ProductVersion.current(),
                Instant.now());
    }

    public AdapterId id() {
        return new AdapterId(category, defect, fingerprint);
    }

    Provenance withWeightsFile(String file) {
        Weights renamed = new Weights(file, weights.sha256(), weights.bytes());
        return new Provenance(
                fingerprint, category, defect, base, data, settings, training, renamed, productVersion, createdAt);
    }

    /** The frozen diffusion model. */
    public record BaseModel(String name, String sha256) implements Serializable {}

    /**
     * The images learned from.
     *
     * @param fingerprint of the training images and masks, wherever they lie
     * @param quarantined how many images of the set were set aside as unusable
     */
    public record TrainingData(String fingerprint, List<TrainingImage> images, int quarantined)
            implements Serializable {
        public TrainingData {
            images = List.copyOf(requireNonNull(images, "data.images"));
        }
    }

    /** One image and its mask, by content. */
    public record TrainingImage(String name, String imageSha256, String maskSha256) implements Serializable {}

    /**
     * How the training went.
     *
     * @param lossCurve some of the losses, in the order of their steps
     * @param device in words, such as {@code cpu} or {@code NVIDIA H100}
     */
    public record Training(
            long seed, int steps, double finalLoss, List<LossPoint> lossCurve, double seconds, String device)
            implements Serializable {
        public Training {
            lossCurve = List.copyOf(requireNonNull(lossCurve, "training.loss_curve"));
        }
    }

    public record LossPoint(int step, double loss) implements Serializable {}

    /**
     * The file that holds the weights.
     *
     * @param file its name in the adapter's folder
     */
    public record Weights(String file, String sha256, long bytes) implements Serializable {
        public Weights {
            if (file != null && !file.matches("[^/\\\\]+\\.safetensors")) {
                throw new IllegalArgumentException("weights.file must be a name ending in .safetensors, was " + file);
            }
        }

        /** Describes a local file of weights under the name that it usually gets in the store. */
        public static Weights of(Path file) {
            try {
                FileDigest digest = FileDigest.of(file);
                return new Weights(StoreLayout.WEIGHTS_FILE, digest.sha256(), digest.bytes());
            } catch (IOException e) {
                throw new StoreException("cannot read the weights " + file + ": " + e, e);
            }
        }

        public FileDigest digest() {
            return new FileDigest(sha256, bytes);
        }
    }
}
