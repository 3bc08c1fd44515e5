package org.dualanodiff.jobs.run;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.dualanodiff.pipeline.Stopwatch;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.ObjectStore;
import org.dualanodiff.pipeline.store.StoreLayout;
import org.dualanodiff.pipeline.store.TrainingCurve;

/**
 * How long a run will take that still trains, judging by the steps that its trainings record while they are made.
 */
final class EarlyEstimate {

    private final ObjectStore store;
    private int mostAtWork;
    private Optional<Double> seconds = Optional.empty();
    private Stopwatch since = Stopwatch.start();

    EarlyEstimate(ObjectStore store) {
        this.store = store;
    }

    /** By what was judged last, less the time since then; empty before a training has recorded a step. */
    synchronized Optional<Double> secondsLeft() {
        return seconds.map(left -> Math.max(0, left - since.seconds()));
    }

    /**
     * Judges anew as long as there is something to train; afterwards, what was judged last counts down.
     *
     * @param begun trainings of units that have not ended
     * @param waiting trainings that have not begun
     * @param stepsOfPairs training steps that take as long as all pairs that are still wanted
     */
    void judge(Collection<AdapterId> begun, int waiting, double stepsOfPairs) {
        List<TrainingCurve> paced = ObjectStore.inParallel(begun, this::curve).stream()
                .flatMap(Optional::stream)
                .filter(curve -> curve.step() > 0)
                .toList();
        int unpaced = begun.size() - paced.size() + waiting;
        boolean trains = unpaced > 0 || paced.stream().anyMatch(EarlyEstimate::isAtWork);
        if (!paced.isEmpty() && trains) {
            judge(paced, unpaced, stepsOfPairs);
        }
    }

    private Optional<TrainingCurve> curve(AdapterId adapter) {
        return store.find(StoreLayout.trainingCurve(adapter), TrainingCurve.class);
    }

    private static boolean isAtWork(TrainingCurve curve) {
        return curve.step() < curve.steps();
    }

    /** As if those that wait, and then the pairs, were shared by as many machines as have been seen at work together. */
    private synchronized void judge(List<TrainingCurve> paced, int unpaced, double stepsOfPairs) {
        mostAtWork = Math.max(
                mostAtWork, (int) paced.stream().filter(EarlyEstimate::isAtWork).count());
        double secondsAStep = paced.stream()
                .mapToDouble(TrainingCurve::secondsAStep)
                .average()
                .orElseThrow();
        double stepsLeft =
                paced.stream().mapToInt(curve -> curve.steps() - curve.step()).sum();
        double steps = stepsLeft + (double) unpaced * paced.get(0).steps() + stepsOfPairs;
        double longest =
                paced.stream().mapToDouble(TrainingCurve::secondsLeft).max().orElseThrow();
        seconds = Optional.of(Math.max(longest, steps * secondsAStep / Math.max(1, mostAtWork)));
        since = Stopwatch.start();
    }
}
