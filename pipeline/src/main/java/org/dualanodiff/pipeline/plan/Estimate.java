package org.dualanodiff.pipeline.plan;

import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * What a plan is going to take, by the speeds of earlier runs in the same store. Nothing is assumed where nothing was
 * measured: such figures are null.
 *
 * @param training speed that training hours follow from, in steps; null if no run trained like this
 * @param generation speed that generation hours follow from, in pairs; null if no run generated like this
 */
public record Estimate(Pace training, Pace generation, List<Unit> units, Cost total) {

    public Estimate {
        units = List.copyOf(units);
    }

    static Estimate of(Pace training, Pace generation, List<Unit> units) {
        Cost total = Cost.of(
                units.stream().map(Unit::cost).mapToInt(Cost::steps).sum(),
                units.stream().map(Unit::cost).mapToInt(Cost::pairs).sum(),
                sum(units, Cost::trainingHours),
                sum(units, Cost::generationHours),
                sum(units, Cost::bytes));
        return new Estimate(training, generation, units, total);
    }

    private static Double sum(List<Unit> units, Function<Cost, Double> part) {
        List<Double> values = units.stream().map(Unit::cost).map(part).toList();
        boolean known = values.stream().allMatch(Objects::nonNull);
        return known ? values.stream().mapToDouble(Double::doubleValue).sum() : null;
    }

    /** One (category, defect). */
    public record Unit(String category, String defect, Cost cost) {}

    /**
     * @param steps of training
     * @param pairs to be made, those included that the gate is going to reject
     * @param trainingHours of one device, or of several together; null if not known
     * @param generationHours likewise
     * @param hours of both
     * @param bytes of adapters and pairs in the store; null if not known
     */
    public record Cost(int steps, int pairs, Double trainingHours, Double generationHours, Double hours, Double bytes) {

        static Cost of(int steps, int pairs, Double trainingHours, Double generationHours, Double bytes) {
            boolean known = trainingHours != null && generationHours != null;
            Double hours = known ? Double.valueOf(trainingHours + generationHours) : null;
            return new Cost(steps, pairs, trainingHours, generationHours, hours, bytes);
        }
    }
}
