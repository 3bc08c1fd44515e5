package org.dualanodiff.pipeline.evaluate;

import java.util.List;
import org.apache.commons.math3.stat.descriptive.rank.Median;
import org.dualanodiff.model.Compute;
import org.dualanodiff.model.detector.DetectorPair;
import org.dualanodiff.model.detector.DetectorTraining;
import org.dualanodiff.model.detector.MixedBatches;
import org.dualanodiff.model.detector.SegmentationNetwork;
import org.dualanodiff.model.training.TrainingListener;

/**
 * Whether a stranger finds the defect where the mask says it is: a small segmentation network that saw real pairs only
 * looks at an image, and its map is compared with the image's mask. For generated pairs this measures image and mask
 * together: a defect that is not there, looks like none of the real ones, or lies beside its mask does not agree.
 */
public final class MaskAgreement implements AutoCloseable {

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
