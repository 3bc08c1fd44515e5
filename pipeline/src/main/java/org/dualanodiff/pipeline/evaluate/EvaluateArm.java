package org.dualanodiff.pipeline.evaluate;

import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.dualanodiff.model.detector.Classifier;
import org.dualanodiff.model.detector.SegmentationNetwork;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.config.EvaluationConfig.Budget;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.evaluate.CategoryImages.TestImage;
import org.dualanodiff.pipeline.evaluate.DetectorMetrics.ClassificationMetrics;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.Json;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Trains an arm's detector and measures it on the real test images, unless that was done before. The same task always gives
 * the same metrics.
 *
 * <p>What a detector achieved is kept under the fingerprint of all that it follows from. So an evaluation that was cut off
 * goes on, and an arm of real images alone is not trained again for every run:
 *
 * <pre>detectors/FINGERPRINT/{result.json, cases.png}</pre>
 */
public final class EvaluateArm {

    private final ObjectStore store;
    private final DatasetFiles files;

    public EvaluateArm(ObjectStore store, DatasetFiles files) {
        this.store = store;
        this.files = files;
    }

    /**
     * One detector to train and test: an arm on a category with a seed.
     *
     * @param runId the run that {@code generated} without a name means
     * @param first whether this is the arm's first seed, whose best and worst cases are shown
     */
    public record Task(Arm arm, long seed, boolean first, CategoryData data, String runId, Budget budget)
            implements Serializable {

        /** For people: {@code category, arm, seed}. */
        public String label() {
            return "%s, %s, seed %d".formatted(data.category(), arm.name(), seed);
        }
    }

    /**
     * @param cases every defective test image without a twin, best located first; empty but for the first seed
     * @param sheet PNG of the best and worst cases, or null
     * @param reused whether an earlier evaluation had trained the detector
     */
    public record Result(String category, Measured measured, List<CaseScore> cases, byte[] sheet, boolean reused)
            implements Serializable {

        public static Result failed(Task task, double seconds, String error) {
            Measured nothing =
                    new Measured(task.arm().name(), task.seed(), null, null, null, Double.NaN, null, seconds, error);
            return new Result(task.data().category(), nothing, List.of(), null, false);
        }
    }

    /**
     * What one detector achieved, or why there is none.
     *
     * @param all on all test images; null if it failed
     * @param noTwin without the test images that have a twin in training; null if it failed
     * @param classification of the test defects by the classifier, or null
     * @param finalLoss the last of {@code losses}
     * @param losses of training, each the mean over a twentieth of the steps: whether more steps would be of use
     * @param error null unless it failed
     */
    public record Measured(
            String arm,
            long seed,
            DetectorMetrics.OnImages all,
            DetectorMetrics.OnImages noTwin,
            Classification classification,
            double finalLoss,
            List<Double> losses,
            double seconds,
            String error)
            implements Serializable {

        /** None are kept of detectors that failed, and of those of earlier versions. */
        public Measured {
            losses = losses == null ? List.of() : List.copyOf(losses);
        }
    }

    /** Accuracy and macro-F1 over defect types; rows of the confusion are true types, in the order of their names. */
    public record Classification(double accuracy, double macroF1, List<String> types, int[][] confusion)
            implements Serializable {}

    /**
     * How well the defect of one test image was located.
     *
     * @param image as {@code defect/name}
     * @param pixelAp average precision of its own pixels
     * @param imageScore see {@link ScoreMap#imageScore}
     */
    public record CaseScore(String image, double pixelAp, double imageScore) implements Serializable {}

    /**
     * @param listener sees every step of the segmentation network
     * @throws IOException if an image or a file of pairs cannot be read
     * @throws org.dualanodiff.pipeline.UserError if something that the arm needs is not there
     */
    public Result run(Task task, Compute compute, TrainingListener listener) throws IOException {
        CategoryImages images = CategoryImages.load(task.data(), task.budget(), files);
        DefectPools pools = new DefectPools(task, images, store);
        String folder = "detectors/" + fingerprint(task, compute, images, pools).shortHex() + "/";
        Optional<Result> known = find(folder);
        if (known.isPresent()) {
            return known.get();
        }
        Result result = train(task, compute, images, pools, listener);
        keep(folder, result);
        return result;
    }

    /** Of everything that the metrics follow from: the pictures themselves, not where they lie. */
    private static Fingerprint fingerprint(Task task, Compute compute, CategoryImages images, DefectPools pools) {
        return Fingerprint.of("detector/5")
                .text("version", ProductVersion.current())
                .text("arm", task.arm().name())
                .text("category", task.data().category())
                .integer("seed", task.seed())
                .flag("first", task.first())
                .text("budget", new String(Json.bytes(task.budget()), StandardCharsets.UTF_8))
                .text("precision", compute.precision().name())
                .integer("threads", compute.threads())
                .text("images", images.digest())
                .text("pools", pools.digest())
                .build();
    }

    private Optional<Result> find(String folder) {
        byte[] sheet = store.find(folder + "cases.png").orElse(null);
        return store.find(folder + "result.json", Result.class)
                .map(kept -> new Result(kept.category(), kept.measured(), kept.cases(), sheet, true));
    }

    /** Writes the metrics last, so that what is found is whole. */
    private void keep(String folder, Result result) {
        if (result.sheet() != null) {
            store.write(folder + "cases.png", result.sheet());
        }
        Result kept = new Result(result.category(), result.measured(), result.cases(), null, false);
        store.write(folder + "result.json", Json.record(kept));
    }

    private static Result train(
            Task task, Compute compute, CategoryImages images, DefectPools pools, TrainingListener listener) {
        Stopwatch watch = Stopwatch.start();
        Budget budget = task.budget();
        Losses loss = new Losses(budget.steps(), listener);
        try (SegmentationNetwork network = SegmentationNetwork.train(
                budget.network(), budget.training(task.seed()), compute, pools.batches(), loss)) {
            List<ScoreMap> maps = maps(network, images.tests());
            Measured measured = new Measured(
                    task.arm().name(),
                    task.seed(),
                    metrics(images.tests(), maps, test -> true),
                    metrics(images.tests(), maps, test -> !test.twin()),
                    classification(task, compute, images, pools),
                    loss.last(),
                    loss.means,
                    watch.seconds(),
                    null);
            LocatedDefects located = LocatedDefects.of(images.tests(), maps);
            List<CaseScore> cases = task.first() ? located.scores() : List.of();
            return new Result(task.data().category(), measured, cases, task.first() ? located.sheet() : null, false);
        }
    }

    private static List<ScoreMap> maps(SegmentationNetwork network, List<TestImage> tests) {
        List<float[]> found =
                network.maps(tests.stream().map(test -> test.pair().image()).toList());
        return IntStream.range(0, tests.size())
                .mapToObj(i -> new ScoreMap(found.get(i), tests.get(i).pair().mask()))
                .toList();
    }

    private static DetectorMetrics.OnImages metrics(
            List<TestImage> tests, List<ScoreMap> maps, Predicate<TestImage> wanted) {
        List<Integer> kept = IntStream.range(0, tests.size())
                .filter(i -> wanted.test(tests.get(i)))
                .boxed()
                .toList();
        return DetectorMetrics.OnImages.of(
                kept.stream().map(tests::get).toList(),
                kept.stream().map(maps::get).toList());
    }

    private static Classification classification(Task task, Compute compute, CategoryImages images, DefectPools pools) {
        if (task.budget().classifierSteps() == 0 || !pools.canClassify()) {
            return null;
        }
        List<String> types = List.copyOf(images.real().keySet());
        List<TestImage> tests = images.tests().stream()
                .filter(test -> !test.isGood() && !test.twin())
                .toList();
        if (tests.isEmpty()) {
            return null;
        }
        try (Classifier classifier = Classifier.train(
                task.budget().classifier(types.size()),
                task.budget().classifierTraining(task.seed()),
                compute,
                pools.labeled()::batch,
                TrainingListener.NONE)) {
            int[] truth = tests.stream()
                    .mapToInt(test -> types.indexOf(test.defect()))
                    .toArray();
            int[] predicted =
                    classifier
                            .probabilities(tests.stream()
                                    .map(test -> test.pair().image())
                                    .toList())
                            .stream()
                            .mapToInt(EvaluateArm::mostLikely)
                            .toArray();
            ClassificationMetrics metrics = ClassificationMetrics.of(truth, predicted, types.size());
            return new Classification(metrics.accuracy(), metrics.macroF1(), types, metrics.confusion());
        }
    }

    private static int mostLikely(float[] probabilities) {
        return IntStream.range(0, probabilities.length)
                .boxed()
                .max((a, b) -> Float.compare(probabilities[a], probabilities[b]))
                .orElseThrow();
    }

    /** Remembers the mean of each twentieth of the steps and passes all on. */
    private static final class Losses implements TrainingListener {
        private static final int PARTS = 20;

        private final int most;
        private final TrainingListener listener;
        private final List<Double> means = new ArrayList<>();
        private double sum;
        private int count;

        Losses(int steps, TrainingListener listener) {
            this.most = (steps + PARTS - 1) / PARTS;
            this.listener = listener;
        }

        @Override
        public void afterStep(int step, int steps, double loss) {
            sum += loss;
            count++;
            if (count == most || step == steps) {
                means.add(sum / count);
                sum = 0;
                count = 0;
            }
            listener.afterStep(step, steps, loss);
        }

        double last() {
            return means.get(means.size() - 1);
        }
    }
}
