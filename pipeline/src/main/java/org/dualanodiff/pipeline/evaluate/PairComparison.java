package org.dualanodiff.pipeline.evaluate;

import org.dualanodiff.pipeline.evaluate.DefectPools.GeneratedPool;
import org.dualanodiff.model.training.TrainingListener;
import org.dualanodiff.model.detector.SegmentationNetwork;
import org.dualanodiff.model.detector.MixedBatches;
import org.dualanodiff.model.detector.DetectorTraining;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.dualanodiff.model.torch.Compute;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.pipeline.dataset.Dataset;
import org.dualanodiff.pipeline.dataset.DatasetFiles;
import org.dualanodiff.pipeline.dataset.DefectImage;
import org.dualanodiff.pipeline.dataset.DefectSet;
import org.dualanodiff.pipeline.dataset.GoodImages;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.samples.GeneratedSample;

/**
 * Generated pairs beside the real ones of their data set. One segmentation network ({@link MaskAgreement}) learns from the
 * training images and the first half of the test images of all defects; the second half tells what it is worth.
 */
public final class PairComparison implements AutoCloseable {

    /** Side of the images that the network sees where defects are of some percent of them, in pixels. */
    public static final int SIDE = 64;

    /** Steps of its training that are enough then. */
    public static final int STEPS = 300;

    private static final long SEED = 1;

    private final int side;
    private final Map<UnitKey, List<DetectorPair>> training;
    private final MaskAgreement agreement;
    private final double onUnseen;

    private PairComparison(
            int side, Map<UnitKey, List<DetectorPair>> training, MaskAgreement agreement, double onUnseen) {
        this.side = side;
        this.training = training;
        this.agreement = agreement;
        this.onUnseen = onUnseen;
    }

    /**
     * Trains the network.
     *
     * @param side of the square images that it sees, in pixels; a multiple of 8
     * @param steps of its training; {@link #STEPS}, or more where defects are small
     * @throws IOException if an image can no longer be read
     */
    public static PairComparison with(Dataset dataset, DatasetFiles files, int side, int steps, Compute compute)
            throws IOException {
        Map<UnitKey, List<DetectorPair>> training = new LinkedHashMap<>();
        List<List<DetectorPair>> seen = new ArrayList<>();
        List<DetectorPair> unseen = new ArrayList<>();
        for (DefectSet set : dataset.sets()) {
            List<DetectorPair> own = pairs(set.training(), files, side);
            int half = set.test().size() / 2;
            training.put(set.unit(), own);
            seen.add(Stream.concat(own.stream(), pairs(set.test().subList(0, half), files, side).stream())
                    .toList());
            unseen.addAll(pairs(set.test().subList(half, set.test().size()), files, side));
        }
        MaskAgreement agreement = MaskAgreement.train(side, seen, good(dataset, files, side), steps, SEED, compute);
        return new PairComparison(side, training, agreement, MaskAgreement.median(agreement.of(unseen)));
    }

    private static List<DetectorPair> pairs(List<DefectImage> images, DatasetFiles files, int side) throws IOException {
        List<DetectorPair> pairs = new ArrayList<>();
        for (DefectImage image : images) {
            DetectorPair pair =
                    DetectorPair.of(image.openImage(files), image.openMask(files), side, MaskAgreement.CHANNELS);
            if (pair.hasDefect()) {
                pairs.add(pair);
            }
        }
        return pairs;
    }

    private static List<DetectorPair> good(Dataset dataset, DatasetFiles files, int side) throws IOException {
        List<DetectorPair> good = new ArrayList<>();
        for (GoodImages images : dataset.good()) {
            for (var uri : images.training()) {
                good.add(DetectorPair.normal(files.image(uri), side, MaskAgreement.CHANNELS));
            }
        }
        return good;
    }

    /** Median agreement on real pairs that the network did not see; NaN if there are none. */
    public double onUnseen() {
        return onUnseen;
    }

    /**
     * @param samples of one unit, rejected ones included; those whose pixels were not kept are passed over
     * @return null if there are fewer than two to look at, or fewer than two training images
     * @throws IOException if a picture is damaged
     */
    public PairMetrics of(UnitKey unit, List<GeneratedSample> samples) throws IOException {
        List<GeneratedSample> shown =
                samples.stream().filter(GeneratedSample::hasPixels).toList();
        if (shown.size() < 2 || training.getOrDefault(unit, List.of()).size() < 2) {
            return null;
        }
        long accepted = samples.stream()
                .filter(sample -> sample.status() == GeneratedSample.Status.ACCEPTED)
                .count();
        return figures(
                unit, GeneratedPool.pairs(shown, side, MaskAgreement.CHANNELS), (double) accepted / samples.size());
    }

    PairMetrics figures(UnitKey unit, List<DetectorPair> pairs, double accepted) {
        return PairMetrics.of(pairs, accepted, training.get(unit), agreement);
    }

    @Override
    public void close() {
        agreement.close();
    }

    /**
     * Whether a stranger finds the defect where the mask says it is: a small segmentation network that saw real pairs only
     * looks at an image, and its map is compared with the image's mask. For generated pairs this measures image and mask
     * together: a defect that is not there, looks like none of the real ones, or lies beside its mask does not agree.
     */
    public static final class MaskAgreement implements AutoCloseable {

        /** It sees color. */
        public static final int CHANNELS = 3;

        private static final List<Integer> WIDTHS = List.of(16, 32, 64, 96);
        private static final int ROWS = 8;
        private static final double LEARNING_RATE = 2e-3;
        private static final float FOUND = 0.5f;

        private final SegmentationNetwork network;

        private MaskAgreement(SegmentationNetwork network) {
            this.network = network;
        }

        /**
         * Trains the network.
         *
         * @param side of the square images, in pixels; a multiple of 8
         * @param defects real pairs of that side and {@link #CHANNELS}, a list for each kind of defect
         * @param good real good images
         */
        public static MaskAgreement train(
                int side,
                List<List<DetectorPair>> defects,
                List<DetectorPair> good,
                int steps,
                long seed,
                Compute compute) {
            SegmentationNetwork.Config network = new SegmentationNetwork.Config(side, CHANNELS, WIDTHS);
            MixedBatches batches = new MixedBatches(
                    List.of(new MixedBatches.Share(ROWS, defects), MixedBatches.Share.of(ROWS, good)), seed);
            DetectorTraining training = new DetectorTraining(steps, LEARNING_RATE, seed);
            return new MaskAgreement(SegmentationNetwork.train(network, training, compute, batches::batch, TrainingListener.NONE));
        }

        /** Intersection over union of map and mask, 0..1, one a pair. */
        public double[] of(List<DetectorPair> pairs) {
            List<float[]> maps = network.maps(pairs.stream()
                    .map(pair -> pair.normalized())
                    .toList());
            double[] agreement = new double[pairs.size()];
            for (int i = 0; i < agreement.length; i++) {
                agreement[i] = overlap(maps.get(i), pairs.get(i).mask().levels());
            }
            return agreement;
        }

        private static double overlap(float[] map, byte[] mask) {
            int both = 0;
            int either = 0;
            for (int i = 0; i < map.length; i++) {
                boolean found = map[i] >= FOUND;
                boolean defect = mask[i] != 0;
                both += found && defect ? 1 : 0;
                either += found || defect ? 1 : 0;
            }
            return either == 0 ? 1 : (double) both / either;
        }

        /** The value in the middle; NaN of none. */
        public static double median(double[] values) {
            return new Median().evaluate(values);
        }

        @Override
        public void close() {
            network.close();
        }
    }
}
