package org.dualanodiff.jobs.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.dualanodiff.model.mask.Mask;
import org.dualanodiff.pipeline.generate.WritePairs.WriteTask;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.quality.AcceptedCopies;
import org.dualanodiff.pipeline.quality.PairSignature;
import org.dualanodiff.pipeline.samples.GeneratedSample.PairVerdict;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.store.UnitCommit;
import org.junit.jupiter.api.Test;

class UnitPairsTest {

    private static final AdapterId ADAPTER =
            new AdapterId("nut", "dent", Fingerprint.of("test").build());
    private static final long FILE = 256L << 20;
    private static final SampleTarget TARGET = new SampleTarget(100, 8, 16, 400);

    @Test
    void rounds_withFourInTenRejected_makeOnlyBlocksThatHoldAFinalIndexAndEachOnce() {
        Random verdicts = new Random(3);
        List<Boolean> good =
                IntStream.range(0, 400).mapToObj(i -> verdicts.nextInt(10) >= 4).toList();
        UnitPairs pairs = new UnitPairs(UnitCommit.nothing("r", ADAPTER), TARGET, AcceptedCopies.NOT_SOUGHT);
        List<Integer> blocks = new ArrayList<>();

        for (List<GenerateUnit> round = pairs.missing(ADAPTER); !round.isEmpty(); round = pairs.missing(ADAPTER)) {
            round.forEach(unit -> {
                unit.missing().stream().filter(index -> index % 8 == 0).forEach(index -> blocks.add(index / 8));
                pairs.add(made(unit, good), 1000);
            });
        }

        Map<Integer, List<String>> fresh = pairs.fresh();
        assertThat(fresh.values()).filteredOn(List::isEmpty).hasSize(100);
        int last = fresh.keySet().stream().mapToInt(index -> index).max().orElseThrow();
        assertThat(fresh).hasSize(last + 1);
        assertThat(good.get(last)).isTrue();
        assertThat(blocks).doesNotHaveDuplicates().hasSize(last / 8 + 1);
    }

    @Test
    void copies_foundRoundByRound_areThoseFoundAtOnce() {
        UnitPairs atOnce = inRounds(24, 0);

        assertThat(inRounds(8, 0, 8, 16).fresh()).isEqualTo(atOnce.fresh());
        assertThat(atOnce.fresh().values()).filteredOn(List::isEmpty).hasSize(7);
    }

    /** As after a driver that was killed, or an executor that died under the first task. */
    @Test
    void copies_madeInAnyOrder_areThoseFoundInTheOrderOfIndices() {
        UnitPairs atOnce = inRounds(24, 0);
        UnitPairs inTurns = inRounds(8, 8, 16, 0);

        assertThat(inTurns.fresh()).isEqualTo(atOnce.fresh());
        assertThat(inTurns.tasks(List.of(), FILE, true)).isEqualTo(atOnce.tasks(List.of(), FILE, true));
    }

    /** Of 24 pairs of seven kinds, {@code size} from each of {@code firsts}, in that order. */
    private static UnitPairs inRounds(int size, int... firsts) {
        UnitPairs pairs = new UnitPairs(
                UnitCommit.nothing("r", ADAPTER), new SampleTarget(24, 8, 8, 24), new AcceptedCopies(5, 0));
        for (int first : firsts) {
            pairs.add(
                    IntStream.range(first, first + size)
                            .mapToObj(index -> new PairVerdict(index, "f", List.of(), signature(index % 7)))
                            .toList(),
                    1);
        }
        return pairs;
    }

    @Test
    void pairs_thatAreStagedTwice_areTakenOnce() {
        UnitPairs pairs = new UnitPairs(
                UnitCommit.nothing("r", ADAPTER), new SampleTarget(4, 4, 4, 4), AcceptedCopies.NOT_SOUGHT);
        pairs.add(List.of(pair(0, "a"), pair(1, "a"), pair(0, "late"), pair(1, "late"), pair(2, "late")), 1);

        WriteTask task = pairs.tasks(List.of(), FILE, true).get(0);
        assertThat(task.sources()).containsOnlyKeys("a", "late");
        assertThat(UnitCommit.list(task.sources().get("late"))).containsExactly(2);
    }

    @Test
    void files_ofManyBytes_areOfConsecutiveIndicesAndAlikeInSize() {
        UnitPairs pairs = new UnitPairs(
                UnitCommit.nothing("r", ADAPTER), new SampleTarget(100, 4, 4, 100), AcceptedCopies.NOT_SOUGHT);
        pairs.add(
                IntStream.range(0, 100)
                        .mapToObj(index -> pair(index, "f" + index / 10))
                        .toList(),
                1L << 30);

        List<WriteTask> tasks = pairs.tasks(List.of(), FILE, true);
        assertThat(tasks).hasSize(4);
        assertThat(tasks)
                .allSatisfy(task -> assertThat(task.sources().values().stream()
                                .mapToInt(indices -> indices.cardinality())
                                .sum())
                        .isEqualTo(25));
    }

    @Test
    void smallFiles_ofTheCommit_areWrittenTogetherWithWhatIsNew() {
        UnitPairs pairs = pairs(file("a", 0, FILE / 4), file("b", 2, FILE), file("c", 4, FILE / 8));
        pairs.add(List.of(pair(6, "new")), FILE / 4);

        List<UnitCommit.File> rewritten = pairs.toRewrite(FILE);
        assertThat(rewritten).extracting(UnitCommit.File::key).containsExactly("a", "c");
        assertThat(pairs.tasks(rewritten, FILE, true))
                .singleElement()
                .satisfies(task -> assertThat(task.sources())
                        .isEqualTo(Map.of("a", indices(0, 1), "c", indices(4, 5), "new", indices(6))));
    }

    @Test
    void smallFiles_ofAUnitThatHasAllItsPairs_areWrittenTogether() {
        assertThat(pairs(file("a", 0, FILE / 4), file("b", 2, FILE / 4)).toRewrite(FILE))
                .hasSize(2);
    }

    @Test
    void files_thatAreLargeEnoughOrWouldNotBecomeFewer_areLeftAlone() {
        assertThat(pairs(file("a", 0, FILE), file("b", 2, FILE / 2)).toRewrite(FILE))
                .isEmpty();
        assertThat(pairs(file("a", 0, FILE), file("b", 2, FILE / 4)).toRewrite(FILE))
                .isEmpty();
        UnitPairs growing = pairs(file("a", 0, FILE / 4));
        growing.add(List.of(pair(2, "new")), FILE);
        assertThat(growing.toRewrite(FILE)).isEmpty();
    }

    private static UnitPairs pairs(UnitCommit.File... files) {
        Map<Integer, List<String>> verdicts = new TreeMap<>();
        for (UnitCommit.File file : files) {
            file.indices().forEach(index -> verdicts.put(index, List.of()));
        }
        UnitCommit commit = UnitCommit.nothing("r", ADAPTER).with(List.of(files), verdicts);
        return new UnitPairs(commit, new SampleTarget(100, 4, 4, 100), AcceptedCopies.NOT_SOUGHT);
    }

    private static UnitCommit.File file(String key, int first, long bytes) {
        return new UnitCommit.File(key, bytes, "ab", 2, List.of(first, first + 1));
    }

    private static BitSet indices(int... indices) {
        return IntStream.of(indices).collect(BitSet::new, BitSet::set, BitSet::or);
    }

    private static List<PairVerdict> made(GenerateUnit unit, List<Boolean> good) {
        return unit.missing().stream()
                .map(index -> new PairVerdict(
                        index, "f", index >= 400 || good.get(index) ? List.of() : List.of("flat"), null))
                .toList();
    }

    private static PairVerdict pair(int index, String file) {
        return new PairVerdict(index, file, List.of(), null);
    }

    private static PairSignature signature(int kind) {
        BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_BYTE_GRAY);
        for (int i = 0; i < 1024; i++) {
            image.getRaster().setSample(i % 32, i / 32, 0, (kind * 37 + (i / 64) * (kind * 53 + 29)) % 256);
        }
        return PairSignature.of(image, Mask.of(image));
    }
}
