package org.dualanodiff.pipeline.evaluate;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.detector.DetectorTraining;
import org.dualanodiff.model.detector.MixedBatches;
import org.dualanodiff.model.detector.SegmentationNetwork;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.UserError;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.Dataset.GoodImages;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.samples.GeneratedSample;
import org.dualanodiff.pipeline.samples.RunSamples;
import org.dualanodiff.pipeline.store.ObjectStore;

/**
 * Generated pairs beside the real ones of their data set.
 *
 * <p>Agreement: whether a stranger finds the defect where the mask says it is. One small segmentation network learns from
 * the training images and the first half of the test images of all defects; the second half tells what it is worth. It looks
 * at an image, and its map is compared with the image's mask, by intersection over union. So a defect that is not there,
 * looks like none of the real ones, or lies beside its mask does not agree.
 */
public final class PairComparison implements AutoCloseable {

    /** Side of the images that the network sees where defects are of some percent of them, in pixels. */
    public static final int SIDE = 64;

    /** Steps of its training that are enough then. */
    public static final int STEPS = 300;

    /** Sides that fit its levels are multiples of it. */
    public static final int SIDE_FACTOR = 8;

    /** It sees color. */
    static final int CHANNELS = 3;

    private static final List<Integer> WIDTHS = List.of(16, 32, 64, 96);
    private static final int ROWS = 8;
    private static final double LEARNING_RATE = 2e-3;
    private static final long SEED = 1;
    private static final double FOUND = 0.5;

    private final int side;
    private final Map<UnitKey, List<DetectorPair>> training = new LinkedHashMap<>();
    private final SegmentationNetwork network;
    private final double onUnseen;

    /**
     * Trains the network.
     *
     * @param side of the square images that it sees, in pixels; a multiple of {@link #SIDE_FACTOR}
     * @param steps of its training; {@link #STEPS}, or more where defects are small
     * @throws IOException if an image can no longer be read
     * @throws UserError if no good image can be read, or all defects vanish at this size
     */
    public PairComparison(Dataset dataset, DatasetFiles files, int side, int steps, Compute compute)
            throws IOException {
        this.side = side;
        CategoryImages.Loader loader = new CategoryImages.Loader(files, side, CHANNELS);
        List<List<DetectorPair>> seen = new ArrayList<>();
        List<DetectorPair> unseen = new ArrayList<>();
        for (DefectSet set : dataset.sets()) {
            List<DetectorPair> own = loader.pairs(set.training());
            int half = set.test().size() / 2;
            training.put(set.unit(), own);
            seen.add(Stream.concat(own.stream(), loader.pairs(set.test().subList(0, half)).stream())
                    .toList());
            unseen.addAll(loader.pairs(set.test().subList(half, set.test().size())));
        }
        List<DetectorPair> good = good(dataset, loader);
        if (good.isEmpty()) {
            throw UserError.ofData("pairs cannot be compared: there is no readable image in train/good");
        } else if (seen.stream().allMatch(List::isEmpty)) {
            throw new UserError("pairs cannot be compared: all defects vanish at %d x %d pixels; take a larger --side"
                    .formatted(side, side));
        }
        MixedBatches batches =
                new MixedBatches(List.of(new MixedBatches.Share(ROWS, seen), MixedBatches.Share.of(ROWS, good)), SEED);
        this.network = SegmentationNetwork.train(
                new SegmentationNetwork.Config(side, CHANNELS, WIDTHS),
                new DetectorTraining(steps, LEARNING_RATE, SEED),
                compute,
                batches::batch,
                TrainingListener.NONE);
        this.onUnseen = agreement(unseen);
    }

    private static List<DetectorPair> good(Dataset dataset, CategoryImages.Loader loader) throws IOException {
        List<DetectorPair> good = new ArrayList<>();
        for (GoodImages images : dataset.good()) {
            for (URI uri : images.training()) {
                good.addAll(loader.good(uri));
            }
        }
        return good;
    }

    /**
     * The first samples of a run, by unit, rejected ones included.
     *
     * @param most of each unit
     */
    public static Map<UnitKey, List<GeneratedSample>> samples(
            ObjectStore store, String runId, Dataset dataset, int most) throws IOException {
        RunSamples run = new RunSamples(store, runId);
        Map<UnitKey, List<GeneratedSample>> samples = new LinkedHashMap<>();
        for (DefectSet set : dataset.sets()) {
            samples.put(set.unit(), run.first(set.unit(), sample -> true, most));
        }
        return samples;
    }

    /** As {@link #of}, all samples of a run, those of one unit at a time: their pictures take much memory. */
    public Map<UnitKey, PairMetrics> ofRun(ObjectStore store, String runId, Dataset dataset) throws IOException {
        RunSamples run = new RunSamples(store, runId);
        Map<UnitKey, PairMetrics> metrics = new LinkedHashMap<>();
        for (DefectSet set : dataset.sets()) {
            metrics.putAll(of(Map.of(set.unit(), run.first(set.unit(), sample -> true, Integer.MAX_VALUE))));
        }
        return metrics;
    }

    /**
     * Each unit's generated pairs beside its training images. Samples whose pixels were not kept are passed over; a unit with
     * fewer than two pairs to look at, or fewer than two training images, is left out.
     *
     * @param samples rejected ones included
     * @throws IOException if a picture is damaged
     */
    public Map<UnitKey, PairMetrics> of(Map<UnitKey, List<GeneratedSample>> samples) throws IOException {
        Map<UnitKey, PairMetrics> metrics = new LinkedHashMap<>();
        for (Map.Entry<UnitKey, List<GeneratedSample>> unit : samples.entrySet()) {
            List<GeneratedSample> all = unit.getValue();
            List<GeneratedSample> shown =
                    all.stream().filter(GeneratedSample::hasPixels).toList();
            if (shown.size() >= 2
                    && training.getOrDefault(unit.getKey(), List.of()).size() >= 2) {
                long accepted = all.stream().filter(GeneratedSample::accepted).count();
                List<DetectorPair> pairs = DefectPools.pairs(shown, side, CHANNELS);
                metrics.put(unit.getKey(), of(unit.getKey(), pairs, (double) accepted / all.size()));
            }
        }
        return metrics;
    }

    PairMetrics of(UnitKey unit, List<DetectorPair> pairs, double accepted) {
        return PairMetrics.of(pairs, accepted, agreement(pairs), training.get(unit));
    }

    /** Median over the pairs with a mask; NaN without any. */
    private double agreement(List<DetectorPair> pairs) {
        List<DetectorPair> masked =
                pairs.stream().filter(DetectorPair::hasDefect).toList();
        List<float[]> maps =
                network.maps(masked.stream().map(DetectorPair::image).toList());
        double[] agreement = IntStream.range(0, maps.size())
                .mapToObj(i -> new ScoreMap(maps.get(i), masked.get(i).mask()))
                .mapToDouble(map ->
                        IntersectionOverUnion.at(FOUND, List.of(map)).value().orElseThrow())
                .toArray();
        return new Median().evaluate(agreement);
    }

    /** Median agreement on real pairs that the network did not see; NaN if there are none. */
    public double onUnseen() {
        return onUnseen;
    }

    /** A table for a console, with what the network is worth below it. */
    public List<String> lines(String title, Map<String, PairMetrics> metrics) {
        String worth = "agreement on real pairs that the network did not see: %.2f";
        return Stream.concat(
                        PairMetrics.table(title, metrics).lines().stream(),
                        Stream.of(String.format(Locale.ROOT, worth, onUnseen)))
                .toList();
    }

    @Override
    public void close() {
        network.close();
    }
}
