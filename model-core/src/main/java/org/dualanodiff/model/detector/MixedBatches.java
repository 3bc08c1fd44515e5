package org.dualanodiff.model.detector;

import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.random.NoiseSource;

/**
 * Batches drawn from pools in fixed shares, each row mirrored at random. A step's rows follow from the seed and the step
 * alone.
 */
public final class MixedBatches {

    private static final Flip[] FLIPS = Flip.values();

    private final List<Share> shares;
    private final long seed;

    public MixedBatches(List<Share> shares, long seed) {
        this.shares = List.copyOf(shares);
        this.seed = seed;
        if (shares.isEmpty()) {
            throw new IllegalArgumentException("A batch needs at least one share of rows");
        }
    }

    /**
     * Rows of one pool in every batch.
     *
     * @param rows how many
     * @param groups a row's group is drawn first, then a pair of it, both uniformly; defect types as groups weigh the same
     *     however many images each has
     */
    public record Share(int rows, List<List<DetectorPair>> groups) {
        public Share {
            groups = groups.stream()
                    .filter(group -> !group.isEmpty())
                    .map(List::copyOf)
                    .toList();
            if (rows < 1 || groups.isEmpty()) {
                throw new IllegalArgumentException(
                        "A share needs rows and images, had %d rows and %d groups".formatted(rows, groups.size()));
            }
        }

        /** A pool without groups. */
        public static Share of(int rows, List<DetectorPair> pool) {
            return new Share(rows, List.of(pool));
        }
    }

    /** @param step from 1 */
    public SegmentationNetwork.Batch batch(int step) {
        UniformRandomProvider random =
                NoiseSource.generator("detector-batch", Long.toString(seed), Integer.toString(step));
        List<DetectorPair> pairs = shares.stream()
                .flatMap(share -> IntStream.range(0, share.rows()).mapToObj(row -> draw(share, random)))
                .toList();
        return stacked(pairs);
    }

    private static DetectorPair draw(Share share, UniformRandomProvider random) {
        List<DetectorPair> group =
                share.groups().get(random.nextInt(share.groups().size()));
        return group.get(random.nextInt(group.size())).flip(FLIPS[random.nextInt(FLIPS.length)]);
    }

    private static SegmentationNetwork.Batch stacked(List<DetectorPair> pairs) {
        int imageLength = pairs.get(0).image().levels().length;
        int maskLength = pairs.get(0).mask().set().length;
        float[] images = new float[pairs.size() * imageLength];
        float[] masks = new float[pairs.size() * maskLength];
        for (int row = 0; row < pairs.size(); row++) {
            DetectorPair.normalize(pairs.get(row).image(), images, row * imageLength);
            boolean[] defect = pairs.get(row).mask().set();
            for (int i = 0; i < maskLength; i++) {
                masks[row * maskLength + i] = defect[i] ? 1 : 0;
            }
        }
        return new SegmentationNetwork.Batch(pairs.size(), images, masks);
    }
}
