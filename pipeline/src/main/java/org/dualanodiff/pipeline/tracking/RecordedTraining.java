package org.dualanodiff.pipeline.tracking;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.RunRegistry;
import org.dualanodiff.pipeline.store.StoreException;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;
import org.dualanodiff.pipeline.store.TrainingCurve.Point;

/**
 * The training of one unit as the store has it, under way or done.
 *
 * @param sheets PNG files by the step after which they were drawn
 */
public record RecordedTraining(AdapterId adapter, TrainingCurve curve, Map<Integer, byte[]> sheets) {

    /** The numbers of a point by the names that trackers show. */
    static final Map<String, ToDoubleFunction<Point>> NUMBERS = numbers();

    private static Map<String, ToDoubleFunction<Point>> numbers() {
        Map<String, ToDoubleFunction<Point>> numbers = new LinkedHashMap<>();
        numbers.put("loss", Point::loss);
        numbers.put("gradient_norm", Point::gradientNorm);
        numbers.put("learning_rate", Point::learningRate);
        numbers.put("steps_per_second", Point::stepsPerSecond);
        return numbers;
    }

    /**
     * The adapters whose trainings belong to a run.
     *
     * @throws StoreException if the run has none
     */
    public static List<AdapterId> of(ObjectStore store, String runId) {
        List<AdapterId> adapters = new RunRegistry(store).boundAdapters(runId);
        if (adapters.isEmpty()) {
            throw new StoreException(("run %s in %s has no units: runs of train alone have none, and dualanodiff status"
                            + " shows the names of all")
                    .formatted(runId, store.root()));
        }
        return adapters;
    }

    /**
     * Empty if nothing was recorded: not yet, or by a version that recorded nothing, or because the adapter was imported.
     *
     * @param withSheets whether the sheets are read, too; else there are none
     */
    static Optional<RecordedTraining> find(ObjectStore store, AdapterId adapter, boolean withSheets) {
        return store.find(StoreLayout.trainingCurve(adapter), TrainingCurve.class)
                .map(curve -> {
                    Map<Integer, byte[]> sheets = new LinkedHashMap<>();
                    curve.sheets().stream()
                            .filter(step -> withSheets)
                            .forEach(step -> store.find(StoreLayout.sheet(adapter, step))
                                    .ifPresent(png -> sheets.put(step, png)));
                    return new RecordedTraining(adapter, curve, sheets);
                });
    }

    /** When each point was reached, in seconds since 1970; what was done between the steps is not known, and left out. */
    List<Double> times() {
        double time = curve.updatedAt().toEpochMilli() / 1000.0;
        List<Double> times = new ArrayList<>();
        for (int i = curve.points().size() - 1; i >= 0; i--) {
            times.add(0, time);
            time -= curve.points().get(i).seconds();
        }
        return times;
    }

    /** When a step was made. */
    double time(int step) {
        List<Double> times = times();
        for (int i = 0; i < times.size(); i++) {
            if (curve.points().get(i).step() >= step) {
                return times.get(i);
            }
        }
        return curve.updatedAt().toEpochMilli() / 1000.0;
    }
}
