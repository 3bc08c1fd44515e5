package org.dualanodiff.pipeline.quality;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Finds near-copies among the pairs of one defect: a pair is one if it is closer than the limit to a pair that stays.
 * Pairs are looked at in the order of their indices, so the result follows from the pairs and not from the order in which
 * tasks finished; and since new indices are larger than all before, a run that grows comes to the same verdicts as one
 * that was large from the start. Only what fills the gap of a failed task is compared with larger indices, too: those are
 * in the users' hands already.
 *
 * <p>Quadratic in the pairs of a defect: about a minute for 5,000.
 */
public final class AcceptedCopies implements Serializable {
    private static final long serialVersionUID = 1L;

    /** Keeps every pair. */
    public static final AcceptedCopies NOT_SOUGHT = new AcceptedCopies(Double.NaN, 1);

    private final double limit;
    private final double overlap;

    /**
     * @param limit least distance, see {@link PairSignature#distanceTo}; NaN keeps every pair
     * @param overlap of the defects, without which pairs are not compared
     */
    public AcceptedCopies(double limit, double overlap) {
        this.limit = limit;
        this.overlap = overlap;
    }

    /** Whether pairs are compared at all. */
    public boolean isSought() {
        return !Double.isNaN(limit);
    }

    /** A pair that passed the gate and is not published yet. */
    public record Candidate(long index, PairSignature signature) implements Serializable {}

    /**
     * @param distances to the nearest accepted pair, by index; none where no accepted pair has its defect there
     * @param copies indices of the pairs that are rejected
     */
    public record Outcome(Map<Long, Double> distances, Set<Long> copies) implements Serializable {}

    /** @param published accepted pairs whose verdict is final */
    public Outcome among(List<PairSignature> published, List<Candidate> candidates) {
        if (Double.isNaN(limit)) {
            return new Outcome(Map.of(), Set.of());
        }
        List<PairSignature> accepted = new ArrayList<>(published);
        Map<Long, Double> distances = new HashMap<>();
        Set<Long> copies = new HashSet<>();
        candidates.stream().sorted(Comparator.comparingLong(Candidate::index)).forEach(candidate -> {
            double distance = candidate.signature().toNearest(accepted, overlap);
            if (!Double.isNaN(distance)) {
                distances.put(candidate.index(), distance);
            }
            if (QualityCheck.NEAR_COPY_OF_ACCEPTED.isBrokenBy(distance, limit)) {
                copies.add(candidate.index());
            } else {
                accepted.add(candidate.signature());
            }
        });
        return new Outcome(distances, copies);
    }
}
