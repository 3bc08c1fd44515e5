package org.dualanodiff.pipeline.evaluate;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.dualanodiff.model.detector.Classifier.LabeledBatches;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.detector.MixedBatches;
import org.dualanodiff.model.detector.MixedBatches.Share;
import org.dualanodiff.model.detector.SegmentationNetwork;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PngCodec;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.config.EvaluationConfig.Budget;
import org.dualanodiff.pipeline.crop.CutPaste;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an arm's detector sees: for each source its pairs by defect type. Half of a batch is defect-free, the other half is
 * split evenly among the sources of the phase, the first ones taking what does not divide.
 */
final class DefectPools {

    private static final Logger LOG = LoggerFactory.getLogger(DefectPools.class);

    /** Drawn blobs are of no type. */
    private static final String UNTYPED = "";

    private final EvaluateArm.Task task;
    private final CategoryImages images;
    private final Map<Arm.Source, Map<String, List<DetectorPair>>> pools = new LinkedHashMap<>();

    DefectPools(EvaluateArm.Task task, CategoryImages images, ObjectStore store) throws IOException {
        this.task = task;
        this.images = images;
        for (Arm.Source source : task.arm().sources()) {
            pools.put(source, visible(source, pool(source, store)));
        }
    }

    /** @throws UserError if there is none */
    private Map<String, List<DetectorPair>> visible(Arm.Source source, Map<String, List<DetectorPair>> pool) {
        if (pool.values().stream().allMatch(List::isEmpty)) {
            throw new UserError("arm %s of %s has nothing to learn from: all defects of %s vanish at evaluate.size = %d"
                    .formatted(
                            task.arm().name(),
                            task.data().category(),
                            source.text(),
                            task.budget().size()));
        }
        return pool;
    }

    private Map<String, List<DetectorPair>> pool(Arm.Source source, ObjectStore store) throws IOException {
        return switch (source.kind()) {
            case REAL -> images.real();
            case CUT_PASTE -> cutPaste();
            case PROCEDURAL -> Map.of(UNTYPED, procedural());
            case GENERATED -> generated(source.runsOr(task.runId()), store);
        };
    }

    private Map<String, List<DetectorPair>> cutPaste() {
        Map<String, List<DetectorPair>> made = new TreeMap<>();
        images.real().forEach((defect, pairs) -> {
            if (!pairs.isEmpty()) {
                CutPaste maker = new CutPaste(
                        pairs, images.normals(), task.data().category() + "/" + defect + "/" + task.seed());
                made.put(defect, numbered(task.budget().pairsPerDefect(), maker::pair));
            }
        });
        return made;
    }

    private List<DetectorPair> procedural() {
        int count = task.budget().pairsPerDefect() * Math.max(1, images.real().size());
        ProceduralDefects maker =
                new ProceduralDefects(images.normals(), task.data().category() + "/" + task.seed());
        return numbered(count, maker::pair);
    }

    private static List<DetectorPair> numbered(int count, IntFunction<DetectorPair> maker) {
        return IntStream.range(0, count).mapToObj(maker).toList();
    }

    /** As pasted defects, those of a type that there are none of are left out. */
    private Map<String, List<DetectorPair>> generated(List<String> runs, ObjectStore store) throws IOException {
        Map<String, List<DetectorPair>> pairs = new TreeMap<>();
        for (String defect : images.real().keySet()) {
            UnitKey unit = task.data().unit(defect);
            List<GeneratedSample> samples = accepted(store, runs, unit, task.budget());
            if (samples.isEmpty()) {
                LOG.warn("arm {} learns nothing of {}: {}", task.arm().name(), unit, none(store, runs, unit));
                continue;
            }
            pairs.put(
                    defect,
                    pairs(samples, task.budget().size(), task.budget().channels()).stream()
                            .filter(DetectorPair::hasDefect)
                            .toList());
        }
        if (pairs.isEmpty()) {
            throw new UserError(none(
                    store,
                    runs,
                    task.data().unit(images.real().keySet().iterator().next())));
        }
        return pairs;
    }

    /** Of all pictures, in the order of the arm's sources. */
    String digest() {
        Fingerprint.Builder digest = Fingerprint.of("pools/1");
        int number = 0;
        for (Map<String, List<DetectorPair>> pool : pools.values()) {
            digest.map(Integer.toString(number++), CategoryImages.digests(pool));
        }
        return digest.build().hex();
    }

    /** Batches for the segmentation network, by step from 1. */
    IntFunction<SegmentationNetwork.Batch> batches() {
        List<MixedBatches> phases =
                task.arm().phases().stream().map(this::batches).toList();
        int steps = task.budget().steps();
        return step -> phases.get((int) ((step - 1L) * phases.size() / steps)).batch(step);
    }

    private MixedBatches batches(List<Arm.Source> sources) {
        int defects = task.budget().defects();
        List<Share> shares = new ArrayList<>();
        shares.add(Share.of(task.budget().batchSize() - defects, images.normals()));
        for (int i = 0; i < sources.size(); i++) {
            int share = defects / sources.size() + (i < defects % sources.size() ? 1 : 0);
            shares.add(new Share(share, List.copyOf(pools.get(sources.get(i)).values())));
        }
        return new MixedBatches(shares, task.seed());
    }

    /** Whether every type has a pair to learn its look from, and there is more than one type. */
    boolean canClassify() {
        return images.real().size() > 1
                && images.real().keySet().stream()
                        .noneMatch(defect -> ofType(defect).isEmpty());
    }

    /** Batches for the classifier, classes in the order of the types' names. */
    LabeledBatches labeled() {
        List<List<Image>> classes =
                images.real().keySet().stream().map(this::ofType).toList();
        return new LabeledBatches(classes, task.budget().batchSize(), task.seed());
    }

    private List<Image> ofType(String defect) {
        return pools.values().stream()
                .flatMap(pool -> pool.getOrDefault(defect, List.of()).stream())
                .map(DetectorPair::image)
                .toList();
    }

    /**
     * The accepted pairs of some runs of lowest index, as many as a detector gets. The runs take turns, so that
     * each has its share.
     */
    static List<GeneratedSample> accepted(ObjectStore store, List<String> runs, UnitKey unit, Budget budget)
            throws IOException {
        int most = budget.pairsPerDefect();
        List<List<GeneratedSample>> byRun = new ArrayList<>();
        for (String runId : runs) {
            byRun.add(new RunSamples(store, runId).first(unit, GeneratedSample::accepted, most));
        }
        return IntStream.range(0, most)
                .boxed()
                .flatMap(turn -> byRun.stream().filter(run -> turn < run.size()).map(run -> run.get(turn)))
                .limit(most)
                .toList();
    }

    /** Why there are none, and what to do. */
    static String none(ObjectStore store, List<String> runs, UnitKey unit) {
        return "run %s in %s has no accepted pairs of %s; run augment with these settings first, or name another run"
                .formatted(String.join(",", runs), store.root(), unit);
    }

    /** @throws IOException if a picture is damaged */
    static List<DetectorPair> pairs(List<GeneratedSample> samples, int size, int channels) throws IOException {
        List<DetectorPair> pairs = new ArrayList<>();
        for (GeneratedSample sample : samples) {
            pairs.add(DetectorPair.of(
                    PngCodec.decode(sample.pictures().image()),
                    PngCodec.decode(sample.pictures().mask()),
                    size,
                    channels));
        }
        return pairs;
    }
}
