package org.dualanodiff.pipeline.plan;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.dualanodiff.pipeline.store.RunManifest;

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

    /**
     * How fast a run was at one kind of work.
     *
     * @param run where it was measured
     * @param device that it was measured on, in words
     * @param gpu whether its tasks held GPUs
     * @param perSecond steps or pairs a second of one task, at work
     * @param taskSeconds beside the work, for loading and writing, of one task
     */
    public record Pace(String run, String device, boolean gpu, double perSecond, double taskSeconds) {

        /** The mean over the work of some units; empty if nothing was done. */
        static Optional<Pace> of(String run, List<RunManifest.Work> works) {
            double working =
                    works.stream().mapToDouble(RunManifest.Work::workingSeconds).sum();
            int done = works.stream().mapToInt(RunManifest.Work::done).sum();
            if (done == 0 || working <= 0) {
                return Optional.empty();
            }
            double beside = works.stream()
                    .mapToDouble(work -> work.loadingSeconds() + work.writingSeconds())
                    .sum();
            int tasks = works.stream().mapToInt(RunManifest.Work::tasks).sum();
            Set<String> devices = new TreeSet<>();
            works.forEach(work -> devices.addAll(work.devices()));
            boolean gpu = works.stream().anyMatch(work -> work.gpuSeconds() > 0);
            return Optional.of(new Pace(run, String.join(", ", devices), gpu, done / working, beside / tasks));
        }

        /** The same where each piece of work is so many times as long. */
        Pace times(double longer) {
            return new Pace(run, device, gpu, perSecond / longer, taskSeconds);
        }

        double hours(int tasks, int pieces) {
            return (tasks * taskSeconds + pieces / perSecond) / 3600;
        }
    }
}
