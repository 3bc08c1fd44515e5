package org.dualanodiff.jobs.progress;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.spark.util.AccumulatorV2;

/** The latest report of every unit; it travels to the driver with the executors' heartbeats. */
final class ProgressAccumulator extends AccumulatorV2<UnitProgress, Map<String, UnitProgress>> {

    private final Map<String, UnitProgress> latest = new ConcurrentHashMap<>();

    @Override
    public boolean isZero() {
        return latest.isEmpty();
    }

    @Override
    public ProgressAccumulator copy() {
        ProgressAccumulator copy = new ProgressAccumulator();
        copy.latest.putAll(latest);
        return copy;
    }

    @Override
    public void reset() {
        latest.clear();
    }

    @Override
    public void add(UnitProgress progress) {
        latest.put(progress.unit(), progress);
    }

    @Override
    public void merge(AccumulatorV2<UnitProgress, Map<String, UnitProgress>> other) {
        other.value().values().forEach(this::add);
    }

    @Override
    public Map<String, UnitProgress> value() {
        return latest;
    }
}
