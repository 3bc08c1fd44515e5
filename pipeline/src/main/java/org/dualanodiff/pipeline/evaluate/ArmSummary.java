package org.dualanodiff.pipeline.evaluate;

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
    static final Map<String, Function<Figures, Double>> FIGURES = figures();

    static final String PIXEL_AP = "pixel AP";
    static final String IMAGE_AUROC = "image AUROC";

    private static Map<String, Function<Figures, Double>> figures() {
        Map<String, Function<Figures, Double>> figures = new LinkedHashMap<>();
        figures.put("pixel AUROC", Figures::pixelAuroc);
        figures.put("pixel AP", Figures::pixelAp);
        figures.put("pixel F1", Figures::pixelF1);
        figures.put("image AUROC", Figures::imageAuroc);
        figures.put("image AP", Figures::imageAp);
        figures.put("image F1", Figures::imageF1);
        figures.put("AUPRO", Figures::aupro);
        figures.put("IoU", Figures::iou);
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

    private static Map<String, Spread> spreads(List<Figures> seeds) {
        Map<String, Spread> spreads = new LinkedHashMap<>();
        FIGURES.forEach((name, figure) ->
                Spread.of(seeds.stream().map(figure).toList()).ifPresent(spread -> spreads.put(name, spread)));
        return spreads;
    }

    private static Map<String, Map<String, Spread>> perDefect(
            List<ArmResult> results, Function<ArmResult, SubsetFigures> subset) {
        Map<String, List<Figures>> byDefect = new TreeMap<>();
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
}
