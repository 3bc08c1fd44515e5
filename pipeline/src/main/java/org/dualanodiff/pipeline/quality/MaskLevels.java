package org.dualanodiff.pipeline.quality;

import java.awt.image.BufferedImage;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.model.image.BoxMean;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.GroundDistanceMask;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskExtractor;
import org.dualanodiff.model.mask.MaskExtractor.AnomalyPart;
import org.dualanodiff.model.random.NoiseSource;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;

/**
 * Hysteresis levels of {@link GroundDistanceMask} that suit one defect.
 *
 * @param low weakest distance from the part's ground that still belongs to a defect
 * @param high distance that is certainly defect
 */
public record MaskLevels(double low, double high) implements Serializable {

    private static final List<Double> LOW = List.of(0.12, 0.09, 0.16, 0.06, 0.21, 0.28);
    private static final List<Double> HIGH = List.of(0.25, 0.18, 0.35, 0.12, 0.5);

    /** Standard deviation in levels of what the autoencoder adds; its extremes are then some 0.05 of the range. */
    private static final float NOISE = 2.5f;

    private static final int PAIRS = 8;

    /**
     * The levels that give back the masks of the real pairs from their anomaly parts, blurred as the autoencoder leaves
     * them, with its noise and, so that nothing hangs on that, without it: those with which area and perimeter, in ratio, are off least on the whole. A defect far
     * from the ground takes high levels, which keep the noise out; one close to it takes low ones, or it would lose its middle.
     *
     * @param pairs at least one; the first few are looked at
     * @param masks all of the extraction but its levels
     */
    public static MaskLevels choose(List<TrainingPair> pairs, GroundDistanceMask masks) {
        List<TrainingPair> some = pairs.subList(0, Math.min(PAIRS, pairs.size()));
        List<List<BufferedImage>> parts = IntStream.range(0, some.size())
                .mapToObj(i -> {
                    BufferedImage part = some.get(i).part(masks.ground());
                    return List.of(decoded(part, i, 0), decoded(part, i, NOISE));
                })
                .toList();
        return LOW.stream()
                .flatMap(low -> HIGH.stream().filter(high -> low <= high).map(high -> new MaskLevels(low, high)))
                .min(Comparator.comparingDouble(levels -> error(some, parts, levels.in(masks))))
                .orElseThrow();
    }

    /** The extraction with these levels. */
    public GroundDistanceMask in(GroundDistanceMask masks) {
        return new GroundDistanceMask(low, high, masks.ground(), masks.cleanup());
    }

    private static double error(List<TrainingPair> pairs, List<List<BufferedImage>> parts, MaskExtractor extractor) {
        double sum = 0;
        for (int i = 0; i < pairs.size(); i++) {
            Outline real = Outline.of(Mask.of(pairs.get(i).mask()));
            for (BufferedImage part : parts.get(i)) {
                sum += Outline.of(extractor.extract(AnomalyPart.of(part))).offFrom(real);
            }
        }
        return sum;
    }

    private static BufferedImage decoded(BufferedImage part, int number, float strength) {
        Image sharp = Image.rgb(part);
        int area = sharp.width() * sharp.height();
        float[] noise = NoiseSource.gaussian(3 * area, "mask-levels", Integer.toString(number));
        byte[] levels = new byte[3 * area];
        for (int channel = 0; channel < 3; channel++) {
            int first = channel * area;
            double[] plane = IntStream.range(first, first + area)
                    .mapToDouble(i -> sharp.levels()[i] & 0xff)
                    .toArray();
            double[] blurred = BoxMean.of(plane, sharp.width(), sharp.height(), 1);
            for (int i = 0; i < area; i++) {
                double level = blurred[i] + strength * noise[first + i];
                levels[first + i] = Image.toLevel(level);
            }
        }
        return new Image(sharp.width(), sharp.height(), 3, levels).buffered();
    }

    /** @param perimeter edges between defect and other pixels; the image's border does not count */
    private record Outline(int area, int perimeter) {

        static Outline of(Mask mask) {
            boolean[] set = mask.set();
            int width = mask.width();
            int perimeter = 0;
            for (int i = 0; i < set.length; i++) {
                perimeter += i % width > 0 && set[i] != set[i - 1] ? 1 : 0;
                perimeter += i >= width && set[i] != set[i - width] ? 1 : 0;
            }
            return new Outline(mask.area(), perimeter);
        }

        /** Sum of the logarithms of both ratios; one more of each, so that an empty mask is very bad and no exception. */
        double offFrom(Outline real) {
            return Math.abs(Math.log((area + 1.0) / (real.area + 1)))
                    + Math.abs(Math.log((perimeter + 1.0) / (real.perimeter + 1)));
        }
    }
}
