package org.dualanodiff.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.AdapterRecipe.TrainingSet;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.plan.Planner.PlanInput;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every plan, tried on a thousand random stores. */
class PlannerPropertyTest {
    private static final TrainingSet SET = new TrainingSet(new UnitKey("c", "d"), "data", 1, 0, Map.of());
    private static final AdapterRecipe RECIPE = new AdapterRecipe("base", "sks", 64, 1);
    private static final int CASES = 1_000;

    private record Case(int target, int block, int extra, Set<Integer> existing) {
        static Case random(Random random) {
            Set<Integer> existing =
                    random.ints(random.nextInt(81), 0, 151).boxed().collect(Collectors.toSet());
            return new Case(random.nextInt(121), random.nextInt(1, 10), random.nextInt(31), existing);
        }

        List<GenerateUnit> plan() {
            BitSet indices = new BitSet();
            existing.forEach(indices::set);
            SampleTarget wanted = new SampleTarget(target, block, block + extra, target);
            return PlannerTest.generate(
                    new PlanInput(List.of(SET), RECIPE, wanted, Set.of(), Map.of(SET.unit(), indices), Map.of()));
        }
    }

    static Stream<Case> cases() {
        Random random = new Random(1);
        return Stream.generate(() -> Case.random(random)).limit(CASES);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plan_withWhatIsThere_coversTheTargetOnce(Case given) {
        List<Integer> planned =
                given.plan().stream().flatMap(unit -> unit.missing().stream()).toList();

        assertThat(planned).doesNotHaveDuplicates().noneMatch(given.existing()::contains);
        assertThat(IntStream.range(0, given.target()).boxed())
                .allMatch(index -> given.existing().contains(index) || planned.contains(index));
        // A block is made as a whole, and no block without a wanted index.
        int blocks = (given.target() + given.block() - 1) / given.block();
        assertThat(planned).allMatch(index -> index >= 0 && index < blocks * given.block());
    }

    @ParameterizedTest
    @MethodSource("cases")
    void plan_ofAnyGaps_cutsDisjointUnitsAtBlocks(Case given) {
        int previousEnd = 0;
        for (GenerateUnit unit : given.plan()) {
            assertThat(unit.firstIndex()).isGreaterThanOrEqualTo(previousEnd);
            assertThat(unit.firstIndex() % given.block()).isZero();
            assertThat(unit.endIndex() % given.block()).isZero();
            assertThat(unit.endIndex() - unit.firstIndex()).isBetween(given.block(), given.block() + given.extra());
            assertThat(unit.missing()).isNotEmpty().isSorted();
            assertThat(unit.missing()).allMatch(index -> index >= unit.firstIndex() && index < unit.endIndex());
            previousEnd = unit.endIndex();
        }
    }
}
