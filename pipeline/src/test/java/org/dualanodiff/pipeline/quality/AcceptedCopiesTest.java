package org.dualanodiff.pipeline.quality;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.quality.AcceptedCopies.Candidate;
import org.dualanodiff.pipeline.quality.AcceptedCopies.Outcome;
import org.dualanodiff.pipeline.quality.LearnQuality.TrainingPair;
import org.junit.jupiter.api.Test;

class AcceptedCopiesTest {

    private static final AcceptedCopies RULE = new AcceptedCopies(3, 0.5);

    /** Surfaces come again every five indices. */
    private static Candidate candidate(long index) {
        return new Candidate(index, signature(Math.toIntExact(index % 5)));
    }

    private static PairSignature signature(int number) {
        TrainingPair pair = Pictures.disc(number, 30, 30);
        return PairSignature.of(pair.image(), Mask.of(pair.mask()));
    }

    private static List<Candidate> candidates(long first, long end) {
        return LongStream.range(first, end)
                .mapToObj(AcceptedCopiesTest::candidate)
                .toList();
    }

    @Test
    void copies_ofRepeatedPairs_areAllButTheFirst() {
        Outcome outcome = RULE.among(List.of(), candidates(0, 12));
        assertThat(outcome.copies()).containsExactlyInAnyOrder(5L, 6L, 7L, 8L, 9L, 10L, 11L);
        assertThat(outcome.distances()).containsEntry(7L, 0.0);
        assertThat(outcome.distances().get(4L)).isGreaterThan(3);
    }

    @Test
    void copies_inWhateverOrderTheyWereMade_areTheSame() {
        List<Candidate> shuffled = new ArrayList<>(candidates(0, 12));
        Collections.shuffle(shuffled, new Random(1));
        assertThat(RULE.among(List.of(), shuffled)).isEqualTo(RULE.among(List.of(), candidates(0, 12)));
    }

    @Test
    void copies_ofARunThatGrew_areThoseOfOneThatWasLarge() {
        Outcome large = RULE.among(List.of(), candidates(0, 12));
        Outcome first = RULE.among(List.of(), candidates(0, 7));
        List<PairSignature> published = candidates(0, 7).stream()
                .filter(candidate -> !first.copies().contains(candidate.index()))
                .map(Candidate::signature)
                .toList();
        Outcome second = RULE.among(published, candidates(7, 12));
        assertThat(large.copies())
                .containsAll(first.copies())
                .containsAll(second.copies())
                .hasSize(first.copies().size() + second.copies().size());
    }

    @Test
    void copies_ofDefectsInDifferentPlacesOnOnePhotograph_areNone() {
        List<Candidate> anchored = List.of(at(0, 15, 15), at(1, 45, 15), at(2, 15, 45), at(3, 45, 45));
        assertThat(RULE.among(List.of(), anchored)).isEqualTo(new Outcome(Map.of(), Set.of()));
    }

    private static Candidate at(long index, int x, int y) {
        TrainingPair pair = Pictures.disc(1, x, y);
        return new Candidate(index, PairSignature.of(pair.image(), Mask.of(pair.mask())));
    }

    @Test
    void copies_withoutLimit_areNotSought() {
        assertThat(AcceptedCopies.NOT_SOUGHT.among(List.of(), candidates(0, 12)).copies())
                .isEmpty();
    }
}
