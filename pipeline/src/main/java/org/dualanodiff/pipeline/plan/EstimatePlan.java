package org.dualanodiff.pipeline.plan;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.Estimate.Pace;
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
}
