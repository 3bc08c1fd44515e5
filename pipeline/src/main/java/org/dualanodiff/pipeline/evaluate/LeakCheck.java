package org.dualanodiff.pipeline.evaluate;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonParseException;
import com.google.gson.reflect.TypeToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.checkpoint.CheckpointException;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.base.BaseModelSource;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DatasetPath;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.dataset.ImageDecoder.UnreadableImageException;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Provenance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes sure that nothing behind an evaluation has seen a test image: not the data set's own training images, defect-free
 * ones included; no adapter behind the generated pairs; no good image that these were made on; no base model that names its
 * images. The quality gate learns from an adapter's own training images, so this covers it.
 *
 * <p>Images are compared by content, at whatever depth they were read. A copy of a test image among the data set's own
 * training images is a leak like any other, unless the test image is listed as a twin: then the metrics without twins
 * leave it out.
 */
public final class LeakCheck {

    private static final Logger LOG = LoggerFactory.getLogger(LeakCheck.class);

    private static final String UNCHECKED = "nobody checks whether it has seen test images";
    private static final String OTHER_SPLIT =
            "evaluate with the split that training used, or train again with this one";
    private static final String COPIES =
            "list the test images in evaluate.twins, so that the figures to trust leave them out, or take one of each two files"
                    + " away";
    private static final String BACKGROUNDS =
            "evaluate with the test images that the data set of the run had, or generate again with this one";

    private final DatasetFiles files;
    private final Map<String, List<Seen>> tests = new TreeMap<>();
    private final Map<String, String> training = new TreeMap<>();
    private final Set<String> goodTraining = new HashSet<>();

    /** A test image. */
    private record Seen(String label, boolean twin) {}

    /** A defect-free image by content. */
    private record Hashed(URI uri, String sha256) {}

    /**
     * Opens the defect-free images of the data set; those with defects have been opened.
     *
     * @throws IOException if one cannot be read
     */
    public LeakCheck(Collection<CategoryData> categories, DatasetFiles files) throws IOException {
        this.files = files;
        for (CategoryData data : categories) {
            for (DefectSet set : data.sets()) {
                for (DefectImage image : set.training()) {
                    addTraining(image.fileSha256(files), label(data, set, image));
                }
                for (DefectImage image : set.test()) {
                    boolean twin = data.isTwin(set.defect(), image.name());
                    addTest(image.fileSha256(files), new Seen(label(data, set, image), twin));
                }
            }
            for (Hashed image : hashed(data.good().training())) {
                addTraining(image.sha256(), label(data, image.uri()));
                goodTraining.add(DatasetPath.address(image.uri()));
            }
            for (Hashed image : hashed(data.good().test())) {
                boolean twin = data.isTwin(CategoryData.GOOD, GoodImages.name(image.uri()));
                addTest(image.sha256(), new Seen(label(data, image.uri()), twin));
            }
        }
    }

    private List<Hashed> hashed(List<URI> images) throws IOException {
        try {
            return images.parallelStream()
                    .flatMap(uri -> sha256(files, uri).map(sum -> new Hashed(uri, sum)).stream())
                    .toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Empty for what is no image, which the evaluation leaves out. */
    private static Optional<String> sha256(DatasetFiles files, URI uri) {
        try {
            return Optional.of(Fingerprint.ofBytes(files.read(uri)).hex());
        } catch (UnreadableImageException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String label(CategoryData data, DefectSet set, DefectImage image) {
        return data.category() + "/" + set.defect() + "/" + image.name();
    }

    /** With its place, since training and test images may have the same name. */
    private static String label(CategoryData data, URI good) {
        return "%s/%s/%s (%s)".formatted(data.category(), CategoryData.GOOD, GoodImages.name(good), good.getPath());
    }

    private void addTraining(String file, String label) {
        DefectImage.sha256s(file).forEach(sha256 -> training.putIfAbsent(sha256, label));
    }

    private void addTest(String file, Seen image) {
        DefectImage.sha256s(file)
                .forEach(sha256 ->
                        tests.computeIfAbsent(sha256, any -> new ArrayList<>()).add(image));
    }

    /**
     * Looks for copies of test images among the data set's own training images.
     *
     * @throws LeakException naming each test image and its copy
     */
    public void refuseCopies() {
        refuse(
                training.entrySet().stream()
                        .flatMap(image -> leaked(image.getKey())
                                .map(test -> "%s is, byte for byte, the training image %s"
                                        .formatted(test, image.getValue()))),
                COPIES);
    }

    /**
     * Looks for test images among the training images of adapters.
     *
     * @return what cannot be checked, and which adapters learned from images that are not for training here (with
     *     a larger {@code dataset.split} than here), one sentence each
     * @throws LeakException naming each test image and the adapter that has seen it
     */
    public List<String> refuseLeaks(Collection<PublishedAdapter> adapters) {
        refuse(adapters.stream().flatMap(this::leaks), OTHER_SPLIT);
        return adapters.stream().flatMap(adapter -> doubts(adapter).stream()).toList();
    }

    private Optional<String> doubts(PublishedAdapter adapter) {
        List<Provenance.TrainingImage> images = adapter.provenance().data().images();
        return images.isEmpty()
                ? Optional.of(name(adapter) + " does not say which images trained it, so " + UNCHECKED)
                : moreThanArms(name(adapter), images.stream().map(Provenance.TrainingImage::imageSha256));
    }

    private Stream<String> leaks(PublishedAdapter adapter) {
        return adapter.provenance().data().images().stream().flatMap(image -> leaks(adapter, image));
    }

    private Stream<String> leaks(PublishedAdapter adapter, Provenance.TrainingImage image) {
        return leaked(image.imageSha256())
                .map(test -> "%s trained %s, as %s".formatted(test, name(adapter), image.name()));
    }

    private static String name(PublishedAdapter adapter) {
        return "the adapter of %s/%s, %s"
                .formatted(
                        adapter.id().category(),
                        adapter.id().defect(),
                        adapter.id().fingerprint().shortHex());
    }

    /**
     * Looks through the images that base models say they have learned from, at each model once, whatever its names.
     *
     * @return what cannot be told, and which models learned from images that are not for training here, a sentence each
     * @throws LeakException naming each test image
     */
    public List<String> refuseBases(Collection<Provenance.BaseModel> bases, BaseModelSource models) {
        Map<String, Provenance.BaseModel> byContent = new LinkedHashMap<>();
        bases.forEach(base -> byContent.putIfAbsent(base.sha256(), base));
        return byContent.values().stream()
                .flatMap(base -> refuseBase(base, folder(base, models)).stream())
                .toList();
    }

    private Optional<String> refuseBase(Provenance.BaseModel base, Optional<Path> folder) {
        String model = "the base model " + base.name();
        if (folder.isEmpty()) {
            return Optional.of(
                    model + " is not on this machine as it was when adapters were trained on it, so " + UNCHECKED);
        }
        Optional<Map<String, String>> images = BaseModelImages.read(folder.get());
        if (images.isEmpty()) {
            return Optional.of(model + " has no " + BaseModelImages.FILE + ", so " + UNCHECKED);
        }
        refuseBase(base.name(), images.get());
        return moreThanArms(model, images.get().values().stream());
    }

    /** @param images by content */
    private Optional<String> moreThanArms(String model, Stream<String> images) {
        long others = images.filter(image -> !training.containsKey(image)).count();
        return others == 0
                ? Optional.empty()
                : Optional.of("%s learned from %d images that no other arm has, so it knows more than they do"
                        .formatted(model, others));
    }

    /** Empty where there is no such model any more, or another one. */
    private static Optional<Path> folder(Provenance.BaseModel base, BaseModelSource models) {
        try {
            return Optional.of(models.locate(base.name()))
                    .filter(model -> model.fingerprint().equals(base.sha256()))
                    .map(ModelFiles::root);
        } catch (CheckpointException | UserError | UncheckedIOException e) {
            LOG.warn("the base model {} cannot be looked at", base.name(), e);
            return Optional.empty();
        }
    }

    /** @param images SHA-256 by name */
    void refuseBase(String baseModel, Map<String, String> images) {
        refuse(
                images.entrySet().stream()
                        .flatMap(image -> leaked(image.getValue())
                                .map(test -> "%s trained the base model %s, as %s"
                                        .formatted(test, baseModel, image.getKey()))),
                OTHER_SPLIT);
    }

    /**
     * Looks at the good images that pairs of a run were made on, where they are not the training images of this data set.
     *
     * @param backgrounds their addresses
     * @return what cannot be told, a sentence each
     * @throws LeakException naming each test image
     */
    public List<String> refuseBackgrounds(String runId, Collection<String> backgrounds) {
        List<String> leaks = new ArrayList<>();
        List<String> lost = new ArrayList<>();
        for (String background : backgrounds) {
            if (!goodTraining.contains(background)) {
                try {
                    // A run may have been made of another data set than the one it is tested on.
                    sha256(files.everywhere(), URI.create(background)).stream()
                            .flatMap(this::leaked)
                            .map(test -> "pairs of run %s were made on %s, as %s".formatted(runId, test, background))
                            .forEach(leaks::add);
                } catch (UncheckedIOException | IllegalArgumentException e) {
                    lost.add(background);
                }
            }
        }
        refuse(leaks.stream(), BACKGROUNDS);
        return lost.isEmpty()
                ? List.of()
                : List.of(
                        ("%d good images that pairs of run %s were made on cannot be read any more, such as %s, so nobody"
                                        + " checks whether they are test images")
                                .formatted(lost.size(), runId, lost.get(0)));
    }

    private static void refuse(Stream<String> leaks, String advice) {
        List<String> found = leaks.distinct().sorted().toList();
        if (!found.isEmpty()) {
            throw new LeakException(found, advice);
        }
    }

    /** The test images of this content, without twins whose copies in training are known. */
    private Stream<String> leaked(String sha256) {
        boolean copied = training.containsKey(sha256);
        return tests.getOrDefault(sha256, List.of()).stream()
                .filter(test -> !(test.twin() && copied))
                .map(Seen::label);
    }

    /** A test image was seen in a training, so that no metric on it would mean anything. */
    public static final class LeakException extends UserError {

        private static final int SHOWN = 20;

        private static final long serialVersionUID = 1L;

        /**
         * @param leaks a line each
         * @param advice what to do about them
         */
        private LeakException(List<String> leaks, String advice) {
            super(
                    Cause.DATA,
                    List.of("evaluation refused: test images were seen in training\n  "
                            + leaks.stream().limit(SHOWN).collect(Collectors.joining("\n  "))
                            + (leaks.size() > SHOWN ? "\n  and %d more".formatted(leaks.size() - SHOWN) : "")
                            + "\n" + advice),
                    null);
        }
    }

    /** The images that a base model was trained on, where its folder says: {@code training-images.json}. */
    public static final class BaseModelImages {

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
    }
}
