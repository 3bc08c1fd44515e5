package org.dualanodiff.pipeline.evaluate;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectImage;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.Provenance;
import org.dualanodiff.pipeline.store.PublishedAdapter;
import org.dualanodiff.pipeline.store.RunRegistry;

/**
 * Makes sure that no adapter behind the generated pairs, and no base model that names its images, has seen a test image. The
 * quality gate learns from an adapter's own training images, so this covers it.
 *
 * <p>Images are told apart by content. A copy of a test image among the data set's own training images is a leak like any
 * other, unless the test image is listed as a twin: then the figures without twins leave it out.
 */
public final class LeakCheck {

    private final Map<String, String> testImages = new TreeMap<>();
    private final Map<String, String> trainingImages = new TreeMap<>();
    private final Set<String> twins = new HashSet<>();

    /** Looks at all defect images of the data set, and opens the defect-free test images. */
    public LeakCheck(Collection<CategoryData> categories, DatasetFiles files) throws IOException {
        for (CategoryData data : categories) {
            for (DefectSet set : data.sets()) {
                set.training().forEach(image -> trainingImages.put(image.imageSha256(), label(data, set, image)));
                set.test().forEach(image -> addTest(data, set, image));
            }
            for (URI uri : data.good().test()) {
                String path = uri.getPath();
                testImages.put(
                        Fingerprint.ofBytes(files.read(uri)).hex(),
                        data.category() + "/good/" + path.substring(path.lastIndexOf('/') + 1));
            }
        }
    }

    private static String label(CategoryData data, DefectSet set, DefectImage image) {
        return data.category() + "/" + set.defect() + "/" + image.name();
    }

    private void addTest(CategoryData data, DefectSet set, DefectImage image) {
        testImages.put(image.imageSha256(), label(data, set, image));
        if (data.isTwin(set.defect(), image.name())) {
            twins.add(image.imageSha256());
        }
    }

    /**
     * Looks for copies of test images among the data set's own training images.
     *
     * @throws LeakException naming each test image and its copy
     */
    public void refuseCopies() {
        List<String> leaks = trainingImages.entrySet().stream()
                .filter(image -> isLeak(image.getKey()))
                .map(image -> "%s is, byte for byte, the training image %s; list it in evaluate.twins"
                        .formatted(testImages.get(image.getKey()), image.getValue()))
                .toList();
        if (!leaks.isEmpty()) {
            throw new LeakException(leaks);
        }
    }

    /**
     * Looks through the adapters of the runs whose pairs are used.
     *
     * @throws LeakException naming each test image and the adapter that has seen it
     */
    public void refuseLeaks(ObjectStore store, Collection<String> runIds) {
        RunRegistry runs = new RunRegistry(store);
        AdapterRegistry adapters = new AdapterRegistry(store);
        List<String> leaks = new ArrayList<>();
        for (String runId : runIds) {
            for (AdapterId id : runs.boundAdapters(runId)) {
                adapters.find(id).ifPresent(adapter -> leaks.addAll(leaks(adapter)));
            }
        }
        if (!leaks.isEmpty()) {
            throw new LeakException(leaks);
        }
    }

    private List<String> leaks(PublishedAdapter adapter) {
        return adapter.provenance().data().images().stream()
                .filter(image -> isLeak(image.imageSha256()))
                .map(image -> leak(adapter, image))
                .toList();
    }

    private String leak(PublishedAdapter adapter, Provenance.TrainingImage image) {
        return "%s trained the adapter of %s/%s, %s, as %s"
                .formatted(
                        testImages.get(image.imageSha256()),
                        adapter.id().category(),
                        adapter.id().defect(),
                        adapter.id().fingerprint().shortHex(),
                        image.name());
    }

    /**
     * Looks through the images that a base model says it has learned from.
     *
     * @param images SHA-256 by name
     * @throws LeakException naming each test image
     */
    public void refuseLeaks(String baseModel, Map<String, String> images) {
        List<String> leaks = images.entrySet().stream()
                .filter(image -> isLeak(image.getValue()))
                .map(image -> "%s trained the base model %s, as %s"
                        .formatted(testImages.get(image.getValue()), baseModel, image.getKey()))
                .toList();
        if (!leaks.isEmpty()) {
            throw new LeakException(leaks);
        }
    }

    private boolean isLeak(String sha256) {
        boolean knownCopy = twins.contains(sha256) && trainingImages.containsKey(sha256);
        return testImages.containsKey(sha256) && !knownCopy;
    }
}
