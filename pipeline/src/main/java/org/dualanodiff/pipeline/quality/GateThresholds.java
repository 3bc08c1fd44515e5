package org.dualanodiff.pipeline.quality;

import java.io.Serializable;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.apache.commons.math3.stat.ranking.NaNStrategy;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.Image;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.model.mask.MaskCleanup;
import org.dualanodiff.pipeline.background.AutomaticObjectMask;
import org.dualanodiff.pipeline.config.PipelineConfig.Limit;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.dualanodiff.pipeline.quality.PairMeasures.MaskContrast;
import org.dualanodiff.pipeline.quality.PairMeasures.Measure;

/**
 * The limits that pairs of one defect must keep. A check without a limit passes everything.
 *
 * <p>Learned limits leave room around what the real pairs show, since ten pairs do not show all that is possible:
 *
 * <table>
 * <caption>from the distribution over the real pairs</caption>
 * <tr><td>mask ratio</td><td>half the 5 % quantile, to twice the 95 % quantile or halfway from it to 1</td></tr>
 * <tr><td>components</td><td>twice the 95 % quantile, at least 3</td></tr>
 * <tr><td>outside of the object</td><td>the 95 % quantile and a quarter of the mask more</td></tr>
 * <tr><td>contrast</td><td>three quarters of the 10 % quantile; none if the median over masks on images of others has as much
 * </td></tr>
 * <tr><td>difference of part and image</td><td>0.6 of the median over parts on images of others</td></tr>
 * <tr><td>clipped</td><td>the largest and a fifth of the image more</td></tr>
 * <tr><td>deviation</td><td>a quarter of the smallest</td></tr>
 * <tr><td>margin to the window's sides</td><td>the 5 % quantile, at most 0.04: no defect is made within 1/32 of the window from
 * its sides, so one that reaches so far is cut off</td></tr>
 * <tr><td>distances</td><td>a third of the median distance of a real image to the nearest other one, mirrored or not, at least
 * 1</td></tr>
 * </table>
 *
 * <p>Part and image of a real pair do not differ at all. How much they differ where they do not belong together is
 * learned from the part of one real pair laid on the image of another. Another is one of another photograph: windows of
 * the same one show the same. A mask laid there, away from the other's own defect, shows what contrast is worth: on the
 * edges of a product a mask has some wherever it lies, which tells nothing of defects.
 *
 * @param limits by check; none for those that are off
 */
public record GateThresholds(Map<QualityCheck, Double> limits) implements Serializable {

    /** Passes every pair with a mask. */
    public static final GateThresholds NONE = new GateThresholds(Map.of());

    private static final double DISTANCE_OF_A_LONE_IMAGE = 2;
    private static final double LEAST_DISTANCE = 1;
    private static final int MISMATCHES = 4;
    private static final double WIDEST_MARGIN = 0.04;

    public GateThresholds {
        EnumMap<QualityCheck, Double> known = new EnumMap<>(QualityCheck.class);
        limits.forEach((check, limit) -> {
            if (!Double.isNaN(limit)) {
                known.put(check, limit);
            }
        });
        limits = Collections.unmodifiableMap(known);
    }

    /**
     * @param photographs the real pairs of one defect, those of one photograph together
     * @param flips mirror images that count as copies, too
     * @param objects finds the object in an image, if that can be trusted
     */
    public static GateThresholds learn(
            List<List<TrainingPair>> photographs, List<Flip> flips, Optional<AutomaticObjectMask> objects) {
        List<PairMeasures> real = photographs.stream()
                .flatMap(List::stream)
                .map(pair -> PairMeasures.of(
                        pair.image(), pair.part(), Mask.of(pair.mask()), pair.windowMargin(), objects, Double.NaN))
                .toList();
        double largeMask = percentile(real, Measure.MASK_RATIO, 95);
        double distance = distance(photographs, flips);
        EnumMap<QualityCheck, Double> limits = new EnumMap<>(QualityCheck.class);
        limits.put(QualityCheck.MASK_TOO_SMALL, percentile(real, Measure.MASK_RATIO, 5) / 2);
        limits.put(QualityCheck.MASK_TOO_LARGE, Math.min(2 * largeMask, (1 + largeMask) / 2));
        limits.put(
                QualityCheck.TOO_MANY_COMPONENTS, Math.max(3, Math.ceil(2 * percentile(real, Measure.COMPONENTS, 95))));
        limits.put(QualityCheck.OFF_OBJECT, percentile(real, Measure.OUTSIDE_OBJECT, 95) + 0.25);
        double contrast = 0.75 * percentile(real, Measure.CONTRAST, 10);
        boolean anywhere = mismatch(photographs, GateThresholds::contrastElsewhere) >= contrast;
        limits.put(QualityCheck.NO_CHANGE, anywhere ? Double.NaN : contrast);
        limits.put(QualityCheck.PART_DIFFERS, 0.6 * mismatch(photographs, GateThresholds::partDifference));
        limits.put(QualityCheck.SATURATED, percentile(real, Measure.CLIPPED, 100) + 0.2);
        limits.put(
                QualityCheck.FLAT,
                real.stream()
                                .mapToDouble(pair -> pair.of(Measure.DEVIATION))
                                .min()
                                .orElse(Double.NaN)
                        / 4);
        limits.put(QualityCheck.CUT_BY_WINDOW, Math.min(WIDEST_MARGIN, percentile(real, Measure.WINDOW_MARGIN, 5)));
        limits.put(QualityCheck.NEAR_COPY_OF_TRAINING, distance);
        limits.put(QualityCheck.NEAR_COPY_OF_ACCEPTED, distance);
        return new GateThresholds(limits);
    }

    private static double percentile(List<PairMeasures> real, Measure measure, double percent) {
        return percentile(real.stream().mapToDouble(pair -> pair.of(measure)), percent);
    }

    /** Of the numbers that are not NaN, between two of them by linear interpolation as in numpy; NaN if there is none. */
    private static double percentile(DoubleStream numbers, double percent) {
        return new Percentile()
                .withEstimationType(Percentile.EstimationType.R_7)
                .withNaNStrategy(NaNStrategy.REMOVED)
                .evaluate(numbers.toArray(), percent);
    }

    /**
     * Median over pairs measured on others; NaN for a lone photograph. Each is measured on the next few; all on all would take
     * long with many.
     */
    private static double mismatch(
            List<List<TrainingPair>> photographs, ToDoubleBiFunction<TrainingPair, TrainingPair> measure) {
        int partners = Math.min(MISMATCHES, photographs.size() - 1);
        return percentile(
                IntStream.range(0, photographs.size() * Math.max(0, partners))
                        .boxed()
                        .flatMapToDouble(k -> mismatches(
                                photographs.get(k / partners),
                                photographs.get((k / partners + 1 + k % partners) % photographs.size()),
                                measure)),
                50);
    }

    /** Of the pairs of one photograph, each on one of the other. */
    private static DoubleStream mismatches(
            List<TrainingPair> pairs,
            List<TrainingPair> others,
            ToDoubleBiFunction<TrainingPair, TrainingPair> measure) {
        return IntStream.range(0, pairs.size())
                .mapToDouble(i -> measure.applyAsDouble(pairs.get(i), others.get(i % others.size())));
    }

    private static double partDifference(TrainingPair pair, TrainingPair other) {
        return PairMeasures.partDifference(Image.rgb(other.image()), Image.rgb(pair.part()), Mask.of(pair.mask()));
    }

    /** NaN where the mask meets the other's defect. */
    private static double contrastElsewhere(TrainingPair pair, TrainingPair other) {
        Mask mask = Mask.of(pair.mask());
        Mask defect = Mask.of(other.mask());
        boolean meets = mask.with(defect).area() < mask.area() + defect.area();
        return meets ? Double.NaN : MaskContrast.of(Image.rgb(other.image()), mask);
    }

    /** A data set may hold the same piece twice, so the median and not the smallest. */
    private static double distance(List<List<TrainingPair>> photographs, List<Flip> flips) {
        if (photographs.size() < 2) {
            return DISTANCE_OF_A_LONE_IMAGE;
        }
        List<List<List<PairSignature>>> mirrored = photographs.stream()
                .map(pairs -> pairs.stream()
                        .map(pair -> pair.signatures(flips).toList())
                        .toList())
                .toList();
        double median = percentile(mirrored.stream().flatMapToDouble(own -> toNearest(own, mirrored)), 50);
        return Math.max(LEAST_DISTANCE, median / 3);
    }

    /** Of each pair of one photograph to the nearest one of the others. */
    private static DoubleStream toNearest(List<List<PairSignature>> own, List<List<List<PairSignature>>> all) {
        List<PairSignature> others = all.stream()
                .filter(other -> other != own)
                .flatMap(List::stream)
                .flatMap(List::stream)
                .toList();
        return own.stream().mapToDouble(one -> one.get(0).toNearest(others, 0));
    }

    /**
     * With the limits that the configuration sets in place of the learned ones.
     *
     * @param settings by {@link QualityCheck#setting}; auto for a check that is left out
     */
    public GateThresholds with(Map<String, Limit> settings) {
        EnumMap<QualityCheck, Double> changed = new EnumMap<>(QualityCheck.class);
        for (QualityCheck check : QualityCheck.values()) {
            Limit limit = settings.getOrDefault(check.setting(), Limit.AUTO);
            changed.put(check, limit.orElse(limit(check)));
        }
        return new GateThresholds(changed);
    }

    /** NaN if the check is off. */
    public double limit(QualityCheck check) {
        return limits.getOrDefault(check, Double.NaN);
    }

    /**
     * Why no mask can pass, since what is not too large beside the real ones is removed as a speck; empty where one can.
     *
     * @param cleanup of masks, for images of {@link MaskCleanup#REFERENCE_SIDE} pixels
     * @param side of the working images, in pixels
     */
    public Optional<String> excludeAllMasks(MaskCleanup cleanup, int side) {
        int least = cleanup.at(side).minArea();
        double most = limit(QualityCheck.MASK_TOO_LARGE) * side * side;
        return least > most
                ? Optional.of(
                        ("no mask can pass: pieces below %d pixels are removed (mask.min-area = %d), and masks above %d"
                                        + " pixels are too large beside the real ones; lower mask.min-area, or have defects shown"
                                        + " larger by dataset.crop = \"defect\" or a higher resolution")
                                .formatted(least, cleanup.minArea(), (long) most))
                : Optional.empty();
    }

    boolean areBrokenBy(PairMeasures measures, QualityCheck check) {
        return check.isBrokenBy(check.measured(measures), limit(check));
    }

    /** The limits by the reasons that breaking them gives. */
    public Map<String, Double> byReason() {
        Map<String, Double> named = new TreeMap<>();
        limits.forEach((check, limit) -> named.put(check.reason(), limit));
        return named;
    }

    /** From {@link #byReason}; names that this version does not know are passed over. */
    public static GateThresholds ofReasons(Map<String, Double> named) {
        EnumMap<QualityCheck, Double> limits = new EnumMap<>(QualityCheck.class);
        for (QualityCheck check : QualityCheck.values()) {
            limits.put(check, named.getOrDefault(check.reason(), Double.NaN));
        }
        return new GateThresholds(limits);
    }
}
