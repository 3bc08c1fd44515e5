package org.dualanodiff.jobs.spark;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.quality.QualityCheck;

/**
 * The samples that a run has of one (category, defect), with their verdicts; near-copies among the staged ones are found.
 *
 * @param merged indices in the run's table
 * @param pending indices that are staged and not merged
 * @param rejected those of both that are no good
 * @param reasons how many were rejected for each reason
 * @param staged whether there are staged files, of pending samples or of merged ones
 * @param repeated whether a pending sample is staged more than once: a driver that was taken for dead had tasks under
 *     way, and the one that took over cut its own tasks elsewhere. The rows are the same
 * @param copies verdicts on the pending ones
 */
public record UnitSamples(
        BitSet merged,
        BitSet pending,
        BitSet rejected,
        Map<String, Integer> reasons,
        boolean staged,
        boolean repeated,
        AcceptedCopies.Outcome copies)
        implements Serializable {

    /** A sample without its pictures. */
    record Line(boolean merged, long index, boolean accepted, List<String> reasons, PairSignature signature)
            implements Serializable {}

    static UnitSamples of(Iterable<Line> lines, AcceptedCopies rule) {
        BitSet merged = new BitSet();
        List<PairSignature> published = new ArrayList<>();
        List<Line> staged = new ArrayList<>();
        Tally tally = new Tally();
        for (Line line : lines) {
            if (!line.merged()) {
                staged.add(line);
            } else {
                merged.set(Math.toIntExact(line.index()));
                tally.add(line.index(), line.reasons());
                if (line.accepted() && line.signature() != null) {
                    published.add(line.signature());
                }
            }
        }
        Map<Long, Line> pending = new TreeMap<>();
        boolean repeated = false;
        for (Line line : staged) {
            // A merge that was cut off before it deleted what it had merged leaves staged samples that are merged.
            if (!merged.get(Math.toIntExact(line.index()))) {
                repeated |= pending.put(line.index(), line) != null;
            }
        }
        AcceptedCopies.Outcome copies = rule.among(published, candidates(pending.values()));
        BitSet indices = new BitSet();
        pending.values().forEach(line -> {
            indices.set(Math.toIntExact(line.index()));
            tally.add(line.index(), reasons(line, copies));
        });
        return new UnitSamples(merged, indices, tally.rejected, tally.reasons, !staged.isEmpty(), repeated, copies);
    }

    private static List<AcceptedCopies.Candidate> candidates(Collection<Line> pending) {
        return pending.stream()
                .filter(line -> line.accepted() && line.signature() != null)
                .map(line -> new AcceptedCopies.Candidate(line.index(), line.signature()))
                .toList();
    }

    private static List<String> reasons(Line line, AcceptedCopies.Outcome copies) {
        return copies.copies().contains(line.index())
                ? List.of(QualityCheck.NEAR_COPY_OF_ACCEPTED.reason())
                : line.reasons();
    }

    /** All that there are. */
    public BitSet indices() {
        BitSet indices = (BitSet) merged.clone();
        indices.or(pending);
        return indices;
    }

    public int accepted() {
        return indices().cardinality() - rejected.cardinality();
    }

    /** How many of these indices turned out to be near-copies. */
    public int copiesAmong(int[] made) {
        Set<Long> found = copies.copies();
        int count = 0;
        for (int index : made) {
            count += found.contains((long) index) ? 1 : 0;
        }
        return count;
    }

    private static final class Tally {
        private final BitSet rejected = new BitSet();
        private final Map<String, Integer> reasons = new TreeMap<>();

        void add(long index, List<String> why) {
            rejected.set(Math.toIntExact(index), !why.isEmpty());
            why.forEach(reason -> reasons.merge(reason, 1, Integer::sum));
        }
    }
}
