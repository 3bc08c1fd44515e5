package org.dualanodiff.model.detector;

import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.random.NoiseSource;

/**
 * Batches for a classifier: each row's class is drawn first, then an image of it, both uniformly, then a mirroring. A step's
 * rows follow from the seed and the step alone.
 */
public final class LabeledBatches {

    private static final Flip[] FLIPS = Flip.values();

    private final List<List<Image>> classes;
    private final int rows;
    private final long seed;

    /**
     * @param classes the images of each class, at the classifier's size
     * @param rows of a batch
     */
    public LabeledBatches(List<List<Image>> classes, int rows, long seed) {
        this.classes = classes.stream().map(List::copyOf).toList();
        this.rows = rows;
        this.seed = seed;
        for (int label = 0; label < classes.size(); label++) {
            if (classes.get(label).isEmpty()) {
                throw new IllegalArgumentException("class %d of %d has no image".formatted(label, classes.size()));
            }
        }
    }

    /** @param step from 1 */
    public Classifier.Batch batch(int step) {
        UniformRandomProvider random =
                NoiseSource.generator("classifier-batch", Long.toString(seed), Integer.toString(step));
        int length = classes.get(0).get(0).levels().length;
        float[] images = new float[rows * length];
        int[] labels = new int[rows];
        for (int row = 0; row < rows; row++) {
            labels[row] = random.nextInt(classes.size());
            List<Image> pool = classes.get(labels[row]);
            Image drawn = pool.get(random.nextInt(pool.size())).flip(FLIPS[random.nextInt(FLIPS.length)]);
            DetectorPair.normalize(drawn, images, row * length);
        }
        return new Classifier.Batch(images, labels);
    }
}
