package org.dualanodiff.pipeline.evaluate;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.Classification;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.Measured;

/**
 * The seeds of one arm together.
 *
 * @param all metrics on all test images, by name
 * @param noTwin metrics without the test images that have a twin
 * @param macro means over the defect types without twins, in which all types weigh the same; none with fewer than two types
 * @param perDefect metrics without twins, by defect type and name
 * @param errors of seeds that failed
 */
public record ArmSummary(
        String arm,
        int seeds,
        Map<String, Spread> all,
        Map<String, Spread> noTwin,
        Map<String, Spread> macro,
        Map<String, Map<String, Spread>> perDefect,
        Map<String, Map<String, Spread>> perDefectAll,
        Optional<Spread> accuracy,
        Optional<Spread> macroF1,
        List<String> errors) {

    /** The metrics by the names that reports use, in their order. */
    static final Map<String, Function<DetectorMetrics, Double>> METRICS = metrics();

    static final String PIXEL_AP = "pixel AP";
    static final String MACRO_PIXEL_AP = "macro pixel AP";
    static final String IMAGE_AUROC = "image AUROC";

    /** The figures by which arms are compared. */
    static final List<String> COMPARED = List.of(PIXEL_AP, MACRO_PIXEL_AP, IMAGE_AUROC);

    /** Evaluations of earlier versions have no means over types. */
    public ArmSummary {
        macro = macro == null ? Map.of() : macro;
    }

    private static Map<String, Function<DetectorMetrics, Double>> metrics() {
        Map<String, Function<DetectorMetrics, Double>> metrics = new LinkedHashMap<>();
        metrics.put("pixel AUROC", DetectorMetrics::pixelAuroc);
        metrics.put("pixel AP", DetectorMetrics::pixelAp);
        metrics.put("pixel F1", DetectorMetrics::pixelF1);
        metrics.put("image AUROC", DetectorMetrics::imageAuroc);
        metrics.put("image AP", DetectorMetrics::imageAp);
        metrics.put("image F1", DetectorMetrics::imageF1);
        metrics.put("AUPRO", DetectorMetrics::aupro);
        metrics.put("IoU", DetectorMetrics::iou);
        return metrics;
    }

    /** @param results of one arm on one category */
    static ArmSummary of(String arm, List<Measured> results) {
        List<Measured> done =
                results.stream().filter(result -> result.error() == null).toList();
        return new ArmSummary(
                arm,
                done.size(),
                spreads(done, (result, metric) -> metric.apply(result.all().pooled())),
                spreads(done, (result, metric) -> metric.apply(result.noTwin().pooled())),
                spreads(done, (result, metric) -> result.noTwin().macro(metric)),
                perDefect(done, Measured::noTwin),
                perDefect(done, Measured::all),
                ofClassifiers(done, Classification::accuracy),
                ofClassifiers(done, Classification::macroF1),
                results.stream().map(Measured::error).filter(Objects::nonNull).toList());
    }

    private static <T> Map<String, Spread> spreads(
            List<T> seeds, BiFunction<T, Function<DetectorMetrics, Double>, Double> value) {
        Map<String, Spread> spreads = new LinkedHashMap<>();
        METRICS.forEach((name, metric) -> Spread.of(
                        seeds.stream().map(seed -> value.apply(seed, metric)).toList())
                .ifPresent(spread -> spreads.put(name, spread)));
        return spreads;
    }

    /** One of {@link #COMPARED}, without twins; null where it is undefined. */
    private Spread figure(String name) {
        return name.equals(MACRO_PIXEL_AP) ? macro.get(PIXEL_AP) : noTwin.get(name);
    }

    private static Map<String, Map<String, Spread>> perDefect(
            List<Measured> results, Function<Measured, DetectorMetrics.OnImages> subset) {
        Map<String, List<DetectorMetrics>> byDefect = new TreeMap<>();
        for (Measured result : results) {
            subset.apply(result)
                    .perDefect()
                    .forEach((defect, metrics) -> byDefect.computeIfAbsent(defect, d -> new ArrayList<>())
                            .add(metrics));
        }
        Map<String, Map<String, Spread>> spreads = new TreeMap<>();
        byDefect.forEach((defect, seeds) -> spreads.put(defect, spreads(seeds, (seed, metric) -> metric.apply(seed))));
        return spreads;
    }

    private static Optional<Spread> ofClassifiers(List<Measured> results, Function<Classification, Double> metric) {
        return Spread.of(results.stream()
                .map(Measured::classification)
                .filter(Objects::nonNull)
                .map(metric)
                .toList());
    }

    /**
     * One metric over the seeds of an arm.
     *
     * @param range highest minus lowest
     */
    public record Spread(double mean, double range, int seeds) {

        /** Empty if the metric is undefined for every seed. */
        static Optional<Spread> of(List<Double> values) {
            DoubleSummaryStatistics defined = values.stream()
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)
                    .summaryStatistics();
            if (defined.getCount() == 0) {
                return Optional.empty();
            }
            return Optional.of(
                    new Spread(defined.getAverage(), defined.getMax() - defined.getMin(), (int) defined.getCount()));
        }
    }

    /**
     * Whether generated pairs help: one arm with them against one without.
     *
     * @param arm with generated pairs
     * @param baseline {@code real} for arms with real defects; the arm with pasted defects in the place of generated pairs
     * @param figure one of {@link #COMPARED}, on the test images without a twin
     * @param gain of the means
     */
    public record Comparison(
            String category,
            String arm,
            String baseline,
            String figure,
            Answer answer,
            Spread without,
            Spread with,
            double gain) {

        /** Seeds differ by up to 0.1; two of them prove nothing. */
        private static final int ENOUGH_SEEDS = 3;

        /** What can be said. */
        public enum Answer {
            HELPS("helps"),
            HURTS("hurts"),
            /** The means differ by less than the seeds do. */
            NO_CLEAR_DIFFERENCE("makes no clear difference"),
            TOO_FEW_SEEDS("cannot be judged, with fewer than 3 seeds");

            private final String words;

            Answer(String words) {
                this.words = words;
            }
        }

        /** Empty if one of the arms lacks the metric. */
        static Optional<Comparison> of(String category, String metric, ArmSummary arm, ArmSummary baseline) {
            Spread with = arm.figure(metric);
            Spread without = baseline.figure(metric);
            if (with == null || without == null) {
                return Optional.empty();
            }
            double gain = with.mean() - without.mean();
            return Optional.of(new Comparison(
                    category, arm.arm, baseline.arm, metric, answer(gain, without, with), without, with, gain));
        }

        private static Answer answer(double gain, Spread without, Spread with) {
            if (Math.min(without.seeds(), with.seeds()) < ENOUGH_SEEDS) {
                return Answer.TOO_FEW_SEEDS;
            }
            double noise = Math.max(without.range(), with.range());
            return gain > noise ? Answer.HELPS : gain < -noise ? Answer.HURTS : Answer.NO_CLEAR_DIFFERENCE;
        }

        /** For people. */
        public String sentence() {
            return String.format(
                    Locale.ROOT,
                    "%s: generated data %s: %s %.1f -> %.1f (%s against %s, %d seeds, spread %.1f)",
                    category,
                    answer.words,
                    figure,
                    100 * without.mean(),
                    100 * with.mean(),
                    arm,
                    baseline,
                    Math.min(without.seeds(), with.seeds()),
                    100 * Math.max(without.range(), with.range()));
        }
    }
}
