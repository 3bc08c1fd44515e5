package org.dualanodiff.model.sampling;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.IntStream;
import org.apache.commons.rng.sampling.PermutationSampler;

/**
 * Good images to make pairs on. Samples of a series take them in a shuffled order that is new every round: no image
 * comes a second time before all came once. Which one a sample takes follows from the series and its index alone.
 */
public final class Anchors {

    private final int count;
    private final Loader loader;

    /** Reads a good image when its turn comes. */
    @FunctionalInterface
    public interface Loader {
        /** @param number of the good image; series and index are those of the sample that is made on it */
        Anchor load(int number, SampleSeries series, long index) throws IOException;
    }

    /** @param count number of good images, at least 1 */
    public Anchors(int count, Loader loader) {
        if (count < 1) {
            throw new IllegalArgumentException("anchored generation needs at least one good image");
        }
        this.count = count;
        this.loader = loader;
    }

    /** @throws UncheckedIOException if it cannot be read */
    public Anchor of(SampleSeries series, long index) {
        try {
            return loader.load(number(series, index), series, index);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int number(SampleSeries series, long index) {
        int[] order = IntStream.range(0, count).toArray();
        PermutationSampler.shuffle(series.generator("anchors", index / count), order);
        return order[(int) (index % count)];
    }
}
