package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.evaluate.CategoryImages.TestImage;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.EvaluationSettings;
import org.dualanodiff.pipeline.evaluate.EvaluationPlan.CategoryData;
import org.dualanodiff.pipeline.store.Json;
import java.io.Serializable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.detector.Classifier;
import org.dualanodiff.model.detector.SegmentationNetwork;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.ProductVersion;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Trains an arm's detector and measures it on the real test images, unless that was done before. The same task always gives
 * the same figures.
 */
public final class EvaluateArm {

    private static final int IMAGES_AT_ONCE = 16;

    private final ObjectStore store;
    private final DatasetFiles files;

    public EvaluateArm(ObjectStore store, DatasetFiles files) {
        this.store = store;
        this.files = files;
    }

    /**
     * @param listener sees every step of the segmentation network
     * @throws IOException if an image or a file of pairs cannot be read
     * @throws org.dualanodiff.pipeline.UserError if something that the arm needs is not there
     */
    public ArmResult run(ArmTask task, Compute compute, TrainingListener listener) throws IOException {
        CategoryImages images = CategoryImages.load(task.data(), task.settings(), files);
        DefectPools pools = new DefectPools(task, images, store);
        DetectorResults results = new DetectorResults(store);
        Fingerprint fingerprint = fingerprint(task, compute, images, pools);
        Optional<ArmResult> known = results.find(fingerprint);
        if (known.isPresent()) {
            return known.get();
        }
        ArmResult result = train(task, compute, images, pools, listener);
        results.write(fingerprint, result);
        return result;
    }

    /** Of everything that the figures follow from: the pictures themselves, not where they lie. */
    private static Fingerprint fingerprint(ArmTask task, Compute compute, CategoryImages images, DefectPools pools) {
        return Fingerprint.of("detector/2")
                .text("version", ProductVersion.current())
                .text("arm", task.arm().name())
                .text("category", task.data().category())
                .integer("seed", task.seed())
                .flag("first", task.first())
                .text("settings", task.settings().toString())
                .text("precision", compute.precision().name())
                .integer("threads", compute.threads())
                .text("images", images.digest())
                .text("pools", pools.digest())
                .build();
    }

    private static ArmResult train(
            ArmTask task, Compute compute, CategoryImages images, DefectPools pools, TrainingListener listener) {
        Stopwatch watch = Stopwatch.start();
        RecentLoss loss = new RecentLoss(listener);
        try (SegmentationNetwork network = SegmentationNetwork.train(
                task.settings().network(), task.settings().training(task.seed()), compute, pools.batches()::batch, loss)) {
            List<ScoreMap> maps = maps(network, images.tests(), task.settings().size());
            LocatedDefects located = LocatedDefects.of(images.tests(), maps);
            return new ArmResult(
                    task.data().category(),
                    task.arm().name(),
                    task.seed(),
                    SubsetFigures.of(images.tests(), maps),
                    withoutTwins(images.tests(), maps),
                    classification(task, compute, images, pools),
                    task.first() ? located.scores() : List.of(),
                    task.first() ? located.sheet() : null,
                    loss.mean(),
                    watch.seconds(),
                    false,
                    null);
        }
    }

    private static List<ScoreMap> maps(SegmentationNetwork network, List<TestImage> tests, int size) {
        List<ScoreMap> maps = new ArrayList<>();
        for (int start = 0; start < tests.size(); start += IMAGES_AT_ONCE) {
            List<TestImage> some = tests.subList(start, Math.min(tests.size(), start + IMAGES_AT_ONCE));
            List<float[]> found = network.maps(some.stream()
                    .map(test -> test.pair().normalized())
                    .toList());
            for (int i = 0; i < some.size(); i++) {
                maps.add(new ScoreMap(
                        size, size, found.get(i), Plane.set(some.get(i).pair().mask())));
            }
        }
        return maps;
    }

    private static SubsetFigures withoutTwins(List<TestImage> tests, List<ScoreMap> maps) {
        int[] kept = IntStream.range(0, tests.size())
                .filter(i -> !tests.get(i).twin())
                .toArray();
        return SubsetFigures.of(
                IntStream.of(kept).mapToObj(tests::get).toList(),
                IntStream.of(kept).mapToObj(maps::get).toList());
    }

    private static ArmResult.Classification classification(
            ArmTask task, Compute compute, CategoryImages images, DefectPools pools) {
        if (task.settings().classifierSteps() == 0 || !pools.canClassify()) {
            return null;
        }
        List<String> types = List.copyOf(images.real().keySet());
        List<TestImage> tests = images.tests().stream()
                .filter(test -> !test.isGood() && !test.twin())
                .toList();
        try (Classifier classifier = Classifier.train(
                task.settings().classifier(types.size()),
                task.settings().classifierTraining(task.seed()),
                compute,
                pools.labeled()::batch,
                TrainingListener.NONE)) {
            int[] truth = tests.stream()
                    .mapToInt(test -> types.indexOf(test.defect()))
                    .toArray();
            int[] predicted =
                    tests.stream().mapToInt(test -> predict(classifier, test)).toArray();
            ClassificationMetrics measures = ClassificationMetrics.of(truth, predicted, types.size());
            return new ArmResult.Classification(measures.accuracy(), measures.macroF1(), types, measures.confusion());
        }
    }

    private static int predict(Classifier classifier, TestImage test) {
        float[] image = test.pair().normalized();
        float[] probabilities = classifier.probabilities(List.of(image)).get(0);
        return IntStream.range(0, probabilities.length)
                .boxed()
                .max((a, b) -> Float.compare(probabilities[a], probabilities[b]))
                .orElseThrow();
    }

    /** Remembers the last steps' losses and passes all on. */
    private static final class RecentLoss implements TrainingListener {
        private static final int PART = 20;

        private final TrainingListener listener;
        private double sum;
        private int count;

        RecentLoss(TrainingListener listener) {
            this.listener = listener;
        }

        @Override
        public void afterStep(int step, int steps, double loss) {
            if (step > steps - Math.max(1, steps / PART)) {
                sum += loss;
                count++;
            }
            listener.afterStep(step, steps, loss);
        }

        double mean() {
            return sum / count;
        }
    }

    /**
     * One detector to train and test: an arm on a category with a seed.
     *
     * @param runId the run that {@code generated} without a name means
     * @param first whether this is the arm's first seed, whose best and worst cases are shown
     */
    public record ArmTask(Arm arm, long seed, boolean first, CategoryData data, String runId, EvaluationSettings settings)
            implements Serializable {

        /** For people: {@code category, arm, seed}. */
        public String label() {
            return "%s, %s, seed %d".formatted(data.category(), arm.name(), seed);
        }

        List<String> runs(Arm.Source source) {
            return source.runsOr(runId);
        }
    }

    /**
     * What one detector achieved, or why there is none.
     *
     * @param all on all test images; null if it failed
     * @param noTwin without the test images that have a twin in training; null if it failed
     * @param classification mean figures of the classifier on the test defects, or null
     * @param cases every defective test image without a twin, best located first; empty but for the first seed
     * @param sheet PNG of the best and worst cases, or null
     * @param finalLoss mean over the last twentieth of the steps
     * @param reused whether an earlier evaluation had trained it
     * @param error null unless it failed
     */
    public record ArmResult(
            String category,
            String arm,
            long seed,
            SubsetFigures all,
            SubsetFigures noTwin,
            Classification classification,
            List<CaseScore> cases,
            byte[] sheet,
            double finalLoss,
            double seconds,
            boolean reused,
            String error)
            implements Serializable {

        /** Accuracy and macro-F1 over defect types; rows of the confusion are true types, in the order of their names. */
        public record Classification(double accuracy, double macroF1, List<String> types, int[][] confusion)
                implements Serializable {}

        public static ArmResult failed(ArmTask task, double seconds, String error) {
            return new ArmResult(
                    task.data().category(),
                    task.arm().name(),
                    task.seed(),
                    null,
                    null,
                    null,
                    List.of(),
                    null,
                    Double.NaN,
                    seconds,
                    false,
                    error);
        }

        ArmResult withoutSheet() {
            return with(null, reused);
        }

        /** The same as found in the store. */
        ArmResult reused(byte[] found) {
            return with(found, true);
        }

        private ArmResult with(byte[] png, boolean known) {
            return new ArmResult(
                    category, arm, seed, all, noTwin, classification, cases, png, finalLoss, seconds, known, error);
        }
    }

    /**
     * What detectors achieved, under the fingerprint of all that it follows from. So an evaluation that was cut off goes on,
     * and an arm of real images alone is not trained again for every run:
     *
     * <pre>detectors/FINGERPRINT/{result.json, cases.png}</pre>
     */
    static final class DetectorResults {

        private final ObjectStore store;

        DetectorResults(ObjectStore store) {
            this.store = store;
        }

        Optional<ArmResult> find(Fingerprint fingerprint) {
            String key = key(fingerprint, "result.json");
            return store.find(key)
                    .map(json -> Json.parse(json, ArmResult.class, store.uri(key)))
                    .map(result -> result.reused(store.find(sheet(fingerprint)).orElse(null)));
        }

        /** Writes the figures last, so that what is found is whole. */
        void write(Fingerprint fingerprint, ArmResult result) {
            if (result.sheet() != null) {
                store.write(sheet(fingerprint), result.sheet());
            }
            store.write(key(fingerprint, "result.json"), Json.bytes(result.withoutSheet()));
        }

        private static String sheet(Fingerprint fingerprint) {
            return key(fingerprint, "cases.png");
        }

        private static String key(Fingerprint fingerprint, String file) {
            return "detectors/" + fingerprint.shortHex() + "/" + file;
        }
    }
}
