package org.dualanodiff.pipeline.evaluate;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.EvaluationConfig.Budget;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The images of a category at the detector's size.
 *
 * @param normals defect-free training images
 * @param real training defects by type; those that vanish at this size are left out
 * @param tests test images, likewise
 */
record CategoryImages(List<DetectorPair> normals, Map<String, List<DetectorPair>> real, List<TestImage> tests) {

    private static final Logger LOG = LoggerFactory.getLogger(CategoryImages.class);

    /** What was warned of: every detector of a category reads the same images. */
    private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

    /** @throws UserError if there is nothing to train or nothing to test with */
    static CategoryImages load(CategoryData data, Budget budget, DatasetFiles files) throws IOException {
        Loader loader = new Loader(files, budget.size(), budget.channels());
        Map<String, List<DetectorPair>> real = new TreeMap<>();
        List<TestImage> tests = new ArrayList<>();
        for (DefectSet set : data.sets()) {
            real.put(set.defect(), loader.pairs(set.training()));
            loader.defects(set.test())
                    .forEach((image, pair) -> tests.add(
                            new TestImage(set.defect(), image.name(), data.isTwin(set.defect(), image.name()), pair)));
        }
        for (URI uri : data.good().test()) {
            String name = GoodImages.name(uri);
            boolean twin = data.isTwin(CategoryData.GOOD, name);
            loader.good(uri).forEach(pair -> tests.add(new TestImage("", name, twin, pair)));
        }
        List<DetectorPair> normals = new ArrayList<>();
        for (URI uri : data.good().training()) {
            normals.addAll(loader.good(uri));
        }
        return new CategoryImages(normals, real, tests).checked(data.category());
    }

    private CategoryImages checked(String category) {
        boolean good = tests.stream().anyMatch(TestImage::isGood);
        boolean bad = tests.stream().anyMatch(test -> !test.isGood());
        if (normals.isEmpty() || !good || !bad) {
            throw new UserError(
                    ("%s cannot be evaluated: it has %d readable images in train/good, %s in test/good and %s test defects;"
                                    + " all three are needed")
                            .formatted(category, normals.size(), good ? "some" : "none", bad ? "some" : "no"));
        }
        return this;
    }

    /** Of all pictures, with what is known of the tests. */
    String digest() {
        String labels = tests.stream()
                .map(test -> "%s %b".formatted(test.label(), test.twin()))
                .collect(Collectors.joining("\n"));
        return Fingerprint.of("category/1")
                .text("normals", digest(normals))
                .map("real", digests(real))
                .text("tests", digest(tests.stream().map(TestImage::pair).toList()))
                .text("labels", labels)
                .build()
                .hex();
    }

    static Map<String, String> digests(Map<String, List<DetectorPair>> pairs) {
        Map<String, String> digests = new TreeMap<>();
        pairs.forEach((defect, some) -> digests.put(defect, digest(some)));
        return digests;
    }

    private static String digest(List<DetectorPair> pairs) {
        return pairs.stream()
                .flatMap(pair -> Stream.of(pair.image(), pair.mask().image()))
                .map(picture -> Fingerprint.ofBytes(picture.levels()).hex())
                .collect(Collectors.joining());
    }

    /** Reads images at a detector's size. */
    record Loader(DatasetFiles files, int size, int channels) {

        /** The pairs of some images, without those whose defect vanishes at this size. */
        List<DetectorPair> pairs(List<DefectImage> images) throws IOException {
            return List.copyOf(defects(images).values());
        }

        /** The same by image, in their order. */
        Map<DefectImage, DetectorPair> defects(List<DefectImage> images) throws IOException {
            Map<DefectImage, DetectorPair> pairs = new LinkedHashMap<>();
            for (DefectImage image : images) {
                DetectorPair pair = DetectorPair.of(image.openImage(files), image.openMask(files), size, channels);
                if (pair.hasDefect()) {
                    pairs.put(image, pair);
                } else if (WARNED.add(image.imageUri() + " " + size)) {
                    LOG.warn("{} is left out: its defect vanishes at {} x {} pixels", image.imageUri(), size, size);
                }
            }
            return pairs;
        }

        /** Nothing if it cannot be read. */
        List<DetectorPair> good(URI uri) throws IOException {
            return files.goodImage(uri).stream()
                    .map(picture -> DetectorPair.normal(picture, size, channels))
                    .toList();
        }
    }

    /**
     * A real image that no training saw.
     *
     * @param defect its type; empty for a defect-free image
     * @param twin whether a training image shows the same object
     */
    record TestImage(String defect, String name, boolean twin, DetectorPair pair) {

        boolean isGood() {
            return defect.isEmpty();
        }

        String label() {
            return (isGood() ? "good" : defect) + "/" + name;
        }
    }
}
