package org.dualanodiff.pipeline.plan;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.EstimatePlan.Estimate.Pace;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.store.AdapterRegistry;
import org.dualanodiff.pipeline.store.AdapterRegistry.PublishedAdapter;
import org.dualanodiff.pipeline.store.RunManifest;

/**
 * Works out what a plan is going to take. Loading and writing are counted for every task, as in the run measured; good
 * pairs that are lacking are taken to need as many tries as they did there.
 */
public final class EstimatePlan {

    private final EarlierRuns earlier;
    private final SampleTarget target;
    private final int steps;
    private final boolean gated;
    private final Optional<Pace> training;
    private final Optional<Pace> generation;
    private final Optional<Double> adapterBytes;
    private final Optional<Double> rowBytes;

    /**
     * @param manifests of earlier runs
     * @param settings of the run that is planned, by their names in the configuration
     * @param adapters of the same store
     */
    public EstimatePlan(
            List<RunManifest> manifests, Map<String, String> settings, SampleTarget target, AdapterRegistry adapters) {
        this.earlier = new EarlierRuns(manifests, settings);
        this.target = target;
        this.steps = Integer.parseInt(settings.get("training.steps"));
        this.gated = !"false".equals(settings.get("quality.enabled"));
        this.training = earlier.training();
        this.generation = earlier.generation();
        this.rowBytes = earlier.rowBytes();
        this.adapterBytes = earlier.adapters()
                .flatMap(id -> adapters.find(id).stream())
                .findFirst()
                .map(EstimatePlan::bytes);
    }

    private static double bytes(PublishedAdapter adapter) {
        return adapter.provenance().weights().bytes();
    }

    public Estimate of(Plan plan) {
        return Estimate.of(
                training.orElse(null),
                generation.orElse(null),
                plan.units().stream().map(this::unit).toList());
    }

    private Estimate.Unit unit(Plan.Unit unit) {
        UnitKey key = unit.adapter().unit();
        int pairs = pairs(unit, key);
        return new Estimate.Unit(
                key.category(),
                key.defect(),
                Estimate.Cost.of(
                        unit.train() ? steps : 0,
                        pairs,
                        unit.train() ? hours(training, 1, steps) : Double.valueOf(0),
                        pairs > 0 ? hours(generation, tasks(pairs), pairs) : Double.valueOf(0),
                        bytes(unit.train(), pairs)));
    }

    /** With those that are going to be rejected, as far as they are going to be replaced. */
    private int pairs(Plan.Unit unit, UnitKey key) {
        double share = gated ? earlier.acceptedShare(key).orElse(1.0) : 1;
        int most = Math.max(unit.toGenerate(), target.attempts() - unit.existing());
        return unit.toGenerate() == 0 ? 0 : (int) Math.min(most, Math.ceil(unit.toGenerate() / share));
    }

    private int tasks(int pairs) {
        return (pairs + target.indicesPerTask() - 1) / target.indicesPerTask();
    }

    private static Double hours(Optional<Pace> pace, int tasks, int pieces) {
        return pace.map(known -> known.hours(tasks, pieces)).orElse(null);
    }

    private Double bytes(boolean train, int pairs) {
        boolean known = (!train || adapterBytes.isPresent()) && (pairs == 0 || rowBytes.isPresent());
        return known
                ? Double.valueOf((train ? adapterBytes.get() : 0) + (pairs > 0 ? pairs * rowBytes.get() : 0))
                : null;
    }

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
        public record Cost(
                int steps, int pairs, Double trainingHours, Double generationHours, Double hours, Double bytes) {

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
                double working = works.stream()
                        .mapToDouble(RunManifest.Work::workingSeconds)
                        .sum();
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
}
