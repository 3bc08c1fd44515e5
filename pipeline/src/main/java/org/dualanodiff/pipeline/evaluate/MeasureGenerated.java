package org.dualanodiff.pipeline.evaluate;

import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PilResize;
import org.dualanodiff.model.torch.TorchScriptNetwork;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.EvaluationConfig;
import org.dualanodiff.pipeline.config.EvaluationConfig.Budget;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.DefectSet.DefectImage;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.store.ObjectStore;

/** Measures generated pairs by themselves: masks, copies of training images, and what the given networks say. */
public final class MeasureGenerated {

    private static final int FEWEST = 2;

    /** Networks take color. */
    private static final int CHANNELS = 3;

    private final ObjectStore store;
    private final DatasetFiles files;

    public MeasureGenerated(ObjectStore store, DatasetFiles files) {
        this.store = store;
        this.files = files;
    }

    /** The generated pairs of some runs together for one category and defect. */
    public record Task(
            CategoryData data, String defect, List<String> runs, Budget budget, EvaluationConfig.Networks networks)
            implements Serializable {

        public Task {
            runs = List.copyOf(runs);
        }

        /** The runs in one word. */
        String run() {
            return String.join(",", runs);
        }

        /** For people. */
        public String label() {
            return "%s/%s of %s".formatted(data.category(), defect, run());
        }
    }

    /**
     * @throws IOException if an image or a file of pairs cannot be read
     * @throws org.dualanodiff.pipeline.UserError if there are no pairs
     * @throws IllegalArgumentException if a network cannot be used
     */
    public GenerationMetrics run(Task task) throws IOException {
        String category = task.data().category();
        CategoryImages images = CategoryImages.load(task.data(), task.budget(), files);
        List<DetectorPair> training = images.real().get(task.defect());
        UnitKey unit = task.data().unit(task.defect());
        List<GeneratedSample> samples = DefectPools.accepted(store, task.runs(), unit, task.budget());
        if (samples.isEmpty()) {
            throw new UserError(DefectPools.none(store, task.runs(), unit));
        }
        List<DetectorPair> generated =
                DefectPools.pairs(samples, task.budget().size(), task.budget().channels());
        EvaluationConfig.Networks networks = task.networks();
        Pictures pictures = networks.none() ? Pictures.NONE : pictures(task, samples);
        return new GenerationMetrics(
                category,
                task.defect(),
                task.run(),
                generated.size(),
                GenerationMetrics.MaskSummary.of(generated),
                GenerationMetrics.MaskSummary.of(training),
                GenerationMetrics.Nearest.of(generated, training),
                distance(FrechetDistance::between, networks, pictures.tests(), pictures.generated()),
                distance(KernelDistance::between, networks, pictures.tests(), pictures.generated()),
                inceptionScore(networks, pictures.generated()),
                diversity(networks, pictures.generated(), pictures.training()),
                null);
    }

    /** All images as networks see them: in color, and not as small as a detector's. */
    private record Pictures(List<Image> training, List<Image> tests, List<Image> generated) {
        static final Pictures NONE = new Pictures(List.of(), List.of(), List.of());
    }

    private Pictures pictures(Task task, List<GeneratedSample> samples) throws IOException {
        int size = task.networks().size();
        DefectSet set = task.data().sets().stream()
                .filter(one -> one.defect().equals(task.defect()))
                .findFirst()
                .orElseThrow();
        List<DetectorPair> generated = DefectPools.pairs(samples, size, CHANNELS);
        return new Pictures(
                images(set.training(), size),
                images(set.test(), size),
                generated.stream().map(DetectorPair::image).toList());
    }

    private List<Image> images(List<DefectImage> defects, int size) throws IOException {
        List<Image> images = new ArrayList<>();
        for (DefectImage defect : defects) {
            images.add(PilResize.resize(Image.rgb(defect.openImage(files)), size, size));
        }
        return images;
    }

    /** Null without a network, or of too few images. */
    private static Double distance(
            ToDoubleBiFunction<float[][], float[][]> distance,
            EvaluationConfig.Networks networks,
            List<Image> real,
            List<Image> generated) {
        FeatureNetwork features = new FeatureNetwork(networks.features(), networks.size());
        return features.file().isEmpty() || real.size() < FEWEST || generated.size() < FEWEST
                ? null
                : distance.applyAsDouble(rows(features, real), rows(features, generated));
    }

    private static Double inceptionScore(EvaluationConfig.Networks networks, List<Image> generated) {
        FeatureNetwork classes = new FeatureNetwork(networks.classes(), networks.size());
        return classes.file().isEmpty()
                ? null
                : InceptionScore.of(Arrays.stream(rows(classes, generated))
                        .map(InceptionScore::softmax)
                        .toArray(double[][]::new));
    }

    private static Double diversity(EvaluationConfig.Networks networks, List<Image> generated, List<Image> training) {
        FeatureNetwork distances = new FeatureNetwork(networks.distances(), networks.size());
        if (distances.file().isEmpty() || training.isEmpty()) {
            return null;
        }
        float[][] made = rows(distances, generated);
        return ImageDistances.WithinClusters.of(
                        ImageDistances.squared(made, rows(distances, training)), ImageDistances.squared(made, made))
                .value()
                .orElse(null);
    }

    private static float[][] rows(FeatureNetwork network, List<Image> images) {
        return images.stream().map(network::of).toArray(float[][]::new);
    }

    /**
     * A TorchScript file that turns images into vectors, by which generated images are measured. It takes (1, 3, size, size),
     * normalized with ImageNet's mean and deviation, and gives any tensor, whose numbers are taken in their order:
     *
     * <ul>
     *   <li>features for the Fréchet and kernel distances, such as an Inception network's last pool;
     *   <li>logits of classes for the inception score;
     *   <li>a vector whose squared Euclidean distances are the wanted distances; LPIPS becomes one when each channel-normalized
     *       activation is multiplied by the root of its weight over the number of its positions.
     * </ul>
     *
     * @param size side of the square input, in pixels
     */
    record FeatureNetwork(String file, int size) {

        /**
         * @param image grey or color, of any size
         * @return the network's numbers
         * @throws IllegalArgumentException if the network cannot be loaded or fails
         */
        float[] of(Image image) {
            return TorchScriptNetwork.at(file)
                    .run(PilResize.resize(image, size, size).imageNetInput(), new long[] {1, 3, size, size});
        }
    }
}
