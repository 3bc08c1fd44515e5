package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.evaluate.DefectPools.GeneratedPool;
import org.dualanodiff.pipeline.evaluate.NearestNeighbors.ClusterDistance;
import org.dualanodiff.pipeline.evaluate.FeatureNetwork.FeatureNetworks;
import java.io.Serializable;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.EvaluationSettings;
import org.dualanodiff.pipeline.evaluate.CategoryImages.TestImage;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.store.ObjectStore;

/** Measures generated pairs by themselves: masks, copies of training images, and what the given networks say. */
public final class MeasureGenerated {

    private final ObjectStore store;
    private final DatasetFiles files;

    public MeasureGenerated(ObjectStore store, DatasetFiles files) {
        this.store = store;
        this.files = files;
    }

    /**
     * @throws IOException if an image or a file of pairs cannot be read
     * @throws UserError if there are no pairs
     * @throws IllegalArgumentException if a network cannot be used
     */
    public GenerationMetrics run(GenerationTask task) throws IOException {
        CategoryImages images = CategoryImages.load(task.data(), task.settings(), files);
        List<DetectorPair> training = images.real().get(task.defect());
        List<DetectorPair> generated =
                new GeneratedPool(store).pairs(task.runs(), task.data().category(), task.defect(), task.settings());
        List<DetectorPair> tests = images.tests().stream()
                .filter(test -> test.defect().equals(task.defect()))
                .map(TestImage::pair)
                .toList();
        Networks networks = new Networks(task.networks());
        return new GenerationMetrics(
                task.data().category(),
                task.defect(),
                task.run(),
                generated.size(),
                masks(generated),
                masks(training),
                nearest(generated, training),
                networks.frechet(tests, generated),
                networks.kernel(tests, generated),
                networks.inceptionScore(generated),
                networks.diversity(generated, training),
                null);
    }

    private static GenerationMetrics.MaskSummary masks(List<DetectorPair> pairs) {
        List<MaskShape> shapes = pairs.stream()
                .map(DetectorPair::mask)
                .map(mask -> MaskShape.of(mask.width(), mask.height(), Plane.set(mask)))
                .toList();
        return new GenerationMetrics.MaskSummary(
                mean(shapes, MaskShape::areaRatio),
                mean(shapes, MaskShape::components),
                mean(shapes, MaskShape::holeRatio));
    }

    private static double mean(List<MaskShape> shapes, ToDoubleFunction<MaskShape> figure) {
        return shapes.stream().mapToDouble(figure).average().orElse(0);
    }

    private static GenerationMetrics.Nearest nearest(List<DetectorPair> generated, List<DetectorPair> training) {
        if (training.isEmpty()) {
            return null;
        }
        double[] distances = Arrays.stream(NearestNeighbors.of(levels(generated), levels(training)))
                .mapToDouble(NearestNeighbors.Neighbor::distance)
                .map(squared -> Math.sqrt(squared / generated.get(0).image().levels().length))
                .toArray();
        return new GenerationMetrics.Nearest(
                Arrays.stream(distances).min().orElseThrow(),
                Arrays.stream(distances).average().orElseThrow());
    }

    private static float[][] levels(List<DetectorPair> pairs) {
        return pairs.stream().map(pair -> pair.image().unit()).toArray(float[][]::new);
    }

    /** What the networks say; null where there is none, or too few images. */
    private record Networks(FeatureNetworks settings) {

        private static final int FEWEST = 2;

        Double frechet(List<DetectorPair> real, List<DetectorPair> generated) {
            return usable(settings.features(), real, generated)
                    ? FrechetDistance.between(rows(settings.features(), real), rows(settings.features(), generated))
                    : null;
        }

        Double kernel(List<DetectorPair> real, List<DetectorPair> generated) {
            return usable(settings.features(), real, generated)
                    ? KernelDistance.between(rows(settings.features(), real), rows(settings.features(), generated))
                    : null;
        }

        Double inceptionScore(List<DetectorPair> generated) {
            return settings.classes().isEmpty()
                    ? null
                    : InceptionScore.of(Arrays.stream(rows(settings.classes(), generated))
                            .map(FeatureNetwork::softmax)
                            .toArray(double[][]::new));
        }

        Double diversity(List<DetectorPair> generated, List<DetectorPair> training) {
            if (settings.distances().isEmpty() || training.isEmpty()) {
                return null;
            }
            float[][] made = rows(settings.distances(), generated);
            float[][] real = rows(settings.distances(), training);
            return ClusterDistance.of(NearestNeighbors.distances(made, real), NearestNeighbors.distances(made, made))
                    .value()
                    .orElse(null);
        }

        private static boolean usable(String network, List<DetectorPair> real, List<DetectorPair> generated) {
            return !network.isEmpty() && real.size() >= FEWEST && generated.size() >= FEWEST;
        }

        private float[][] rows(String network, List<DetectorPair> pairs) {
            FeatureNetwork features = new FeatureNetwork(network, settings.size());
            return pairs.stream().map(pair -> features.of(pair.image())).toArray(float[][]::new);
        }
    }

    /** The generated pairs of some runs together for one category and defect, to be measured by themselves. */
    public record GenerationTask(
            CategoryData data, String defect, List<String> runs, EvaluationSettings settings, FeatureNetworks networks)
            implements Serializable {

        public GenerationTask {
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
}
