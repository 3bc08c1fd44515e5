package org.dualanodiff.pipeline.evaluate;

import java.util.Locale;
import org.dualanodiff.pipeline.evaluate.EvaluateArm.ArmResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The seeds of one arm together.
 *
 * @param all figures on all test images, by name
 * @param noTwin figures without the test images that have a twin
 * @param perDefect figures without twins, by defect type and name
 * @param errors of seeds that failed
 */
public record ArmSummary(
        String arm,
        int seeds,
        Map<String, Spread> all,
        Map<String, Spread> noTwin,
        Map<String, Map<String, Spread>> perDefect,
        Map<String, Map<String, Spread>> perDefectAll,
        Optional<Spread> accuracy,
        Optional<Spread> macroF1,
        List<String> errors) {

    /** The figures by the names that reports use, in their order. */
    static final Map<String, Function<DetectorMetrics, Double>> FIGURES = figures();

    static final String PIXEL_AP = "pixel AP";
    static final String IMAGE_AUROC = "image AUROC";

    private static Map<String, Function<DetectorMetrics, Double>> figures() {
        Map<String, Function<DetectorMetrics, Double>> figures = new LinkedHashMap<>();
        figures.put("pixel AUROC", DetectorMetrics::pixelAuroc);
        figures.put("pixel AP", DetectorMetrics::pixelAp);
        figures.put("pixel F1", DetectorMetrics::pixelF1);
        figures.put("image AUROC", DetectorMetrics::imageAuroc);
        figures.put("image AP", DetectorMetrics::imageAp);
        figures.put("image F1", DetectorMetrics::imageF1);
        figures.put("AUPRO", DetectorMetrics::aupro);
        figures.put("IoU", DetectorMetrics::iou);
        return figures;
    }

    /** @param results of one arm on one category */
    static ArmSummary of(String arm, List<ArmResult> results) {
        List<ArmResult> done =
                results.stream().filter(result -> result.error() == null).toList();
        return new ArmSummary(
                arm,
                done.size(),
                spreads(done.stream().map(result -> result.all().pooled()).toList()),
                spreads(done.stream().map(result -> result.noTwin().pooled()).toList()),
                perDefect(done, ArmResult::noTwin),
                perDefect(done, ArmResult::all),
                ofClassifiers(done, ArmResult.Classification::accuracy),
                ofClassifiers(done, ArmResult.Classification::macroF1),
                results.stream().map(ArmResult::error).filter(Objects::nonNull).toList());
    }

    private static Map<String, Spread> spreads(List<DetectorMetrics> seeds) {
        Map<String, Spread> spreads = new LinkedHashMap<>();
        FIGURES.forEach((name, figure) ->
                Spread.of(seeds.stream().map(figure).toList()).ifPresent(spread -> spreads.put(name, spread)));
        return spreads;
    }

    private static Map<String, Map<String, Spread>> perDefect(
            List<ArmResult> results, Function<ArmResult, SubsetFigures> subset) {
        Map<String, List<DetectorMetrics>> byDefect = new TreeMap<>();
        for (ArmResult result : results) {
            subset.apply(result)
                    .perDefect()
                    .forEach((defect, figures) -> byDefect.computeIfAbsent(defect, d -> new ArrayList<>())
                            .add(figures));
        }
        Map<String, Map<String, Spread>> spreads = new TreeMap<>();
        byDefect.forEach((defect, figures) -> spreads.put(defect, spreads(figures)));
        return spreads;
    }

    private static Optional<Spread> ofClassifiers(
            List<ArmResult> results, Function<ArmResult.Classification, Double> figure) {
        return Spread.of(results.stream()
                .map(ArmResult::classification)
                .filter(Objects::nonNull)
                .map(figure)
                .toList());
    }

    /**
     * One figure over the seeds of an arm.
     *
     * @param range highest minus lowest
     */
    public record Spread(double mean, double range, int seeds) {

        /** Empty if the figure is undefined for every seed. */
        static Optional<Spread> of(List<Double> values) {
            double[] defined = values.stream()
                    .filter(Objects::nonNull)
                    .mapToDouble(Double::doubleValue)
                    .toArray();
            if (defined.length == 0) {
                return Optional.empty();
            }
            double low = Double.POSITIVE_INFINITY;
            double high = Double.NEGATIVE_INFINITY;
            double sum = 0;
            for (double value : defined) {
                low = Math.min(low, value);
                high = Math.max(high, value);
                sum += value;
            }
            return Optional.of(new Spread(sum / defined.length, high - low, defined.length));
        }
    }

    /**
     * Whether generated pairs help: one arm with them against one without.
     *
     * @param arm with generated pairs
     * @param baseline {@code real} for arms with real defects, else {@code cut-paste}
     * @param figure what is compared, on the test images without a twin
     * @param gain of the means
     */
    public record ArmComparison(
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

        static ArmComparison of(String category, String arm, String baseline, String figure, Spread without, Spread with) {
            double gain = with.mean() - without.mean();
            return new ArmComparison(category, arm, baseline, figure, answer(gain, without, with), without, with, gain);
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
