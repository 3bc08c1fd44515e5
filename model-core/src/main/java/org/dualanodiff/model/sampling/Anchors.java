package org.dualanodiff.model.sampling;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.rng.sampling.PermutationSampler;
import org.dualanodiff.model.dual.Branch;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.mask.Mask;

/**
 * Good images to make pairs on. Samples of a series take them in a shuffled order that is new every round: no image
 * comes a second time before all came once. Which one a sample takes follows from the series and its index alone.
 */
public final class Anchors {

    private final int count;
    private final Anchoring anchoring;
    private final Loader loader;

    /** Reads a good image when its turn comes. */
    @FunctionalInterface
    public interface Loader {
        /**
         * @param number of the good image; series and index are those of the sample that is made on it
         * @return empty if it is no image that could be used
         */
        Optional<Anchor> load(int number, SampleSeries series, long index) throws IOException;
    }

    /**
     * @param count number of good images, at least 1
     * @param anchoring how pairs follow them
     */
    public Anchors(int count, Anchoring anchoring, Loader loader) {
        if (count < 1) {
            throw new IllegalArgumentException("anchored generation needs at least one good image");
        }
        this.count = count;
        this.anchoring = anchoring;
        this.loader = loader;
    }

    Anchoring anchoring() {
        return anchoring;
    }

    /**
     * The good image of a sample; in the place of one that cannot be used the next ones of the series.
     *
     * @throws UncheckedIOException if it cannot be read, or none can be used
     */
    public Anchor of(SampleSeries series, long index) {
        try {
            for (int passed = 0; passed < count; passed++) {
                Optional<Anchor> anchor = loader.load(number(series, index + passed), series, index);
                if (anchor.isPresent()) {
                    return anchor.get();
                }
            }
            throw new IOException("%d good images, none of which can be used".formatted(count));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int number(SampleSeries series, long index) {
        int[] order = IntStream.range(0, count).toArray();
        PermutationSampler.shuffle(series.generator("anchors", index / count), order);
        return order[(int) (index % count)];
    }

    /**
     * How pairs are made on real good images (an extension of the paper).
     *
     * @param strength share of the schedule's timesteps, from the clean end, over which the model draws. At noisier ones both
     *     branches follow the real defect that was pasted on the good image; 1: there is none, and all is the model's
     * @param from share of the schedule's timesteps, from the clean end, below which GLOBAL follows the good image
     * @param until share below which it is free again, and draws all of the picture; 0: it follows to the end
     * @param detail whether what the autoencoder loses of the picture that a branch starts from is added to what it makes: of the
     *     good image to what GLOBAL makes, which is that image again where nothing was changed, and gives a defect the grain of
     *     its surroundings; of a real defect pasted on it, and of that one's part, likewise, so that thin lines stay lines
     * @param ground of the parts that the adapter was trained on: what ANOMALY draws of another color is the defect
     */
    public record Anchoring(double strength, double from, double until, boolean detail, PartGround ground)
            implements Serializable {

        /** Whether all of the picture is the model's in the end, and not the defect alone. */
        public boolean isRedrawn() {
            return until > 0;
        }

        /** Whether pairs start from real defects rather than from noise alone. */
        public boolean startsFromReal() {
            return strength < 1;
        }
    }

    /**
     * A real good image that a pair is made on.
     *
     * @param name where it comes from
     * @param image of the working size, RGB
     * @param pixels the same, (3, side, side) in [-1, 1]
     * @param place where a defect may be, (side, side), 1 or 0; null for anywhere
     * @param pasted a real defect on it, or null where pairs do not start from one
     */
    public record Anchor(String name, BufferedImage image, float[] pixels, float[] place, Pasted pasted) {

        /** The picture that a branch starts from: the good image, or the real defect on it and its part; else noise alone. */
        Optional<float[]> start(Branch branch) {
            if (pasted == null) {
                return branch == Branch.GLOBAL ? Optional.of(pixels) : Optional.empty();
            }
            return Optional.of(branch == Branch.GLOBAL ? pasted.image() : pasted.part());
        }

        /** Where the real defect is, if a picture made from it still shows it: is nearer to it there than to the good image. */
        Optional<Mask> pastedIn(BufferedImage picture) {
            return Optional.ofNullable(pasted).map(Pasted::mask).filter(defect -> shows(picture, defect.set()));
        }

        private boolean shows(BufferedImage picture, boolean[] defect) {
            float[] made = Image.rgb(picture).signed();
            double nearer = 0;
            for (int i = 0; i < made.length; i++) {
                double fromGood = made[i] - pixels[i];
                double fromPasted = made[i] - pasted.image()[i];
                nearer += defect[i % defect.length] ? fromGood * fromGood - fromPasted * fromPasted : 0;
            }
            return nearer > 0;
        }
    }

    /**
     * A real defect on a good image.
     *
     * @param image (3, side, side) in [-1, 1]
     * @param part the defect on its ground, likewise
     * @param mask where it is, of the same size
     */
    public record Pasted(float[] image, float[] part, Mask mask) {}
}
