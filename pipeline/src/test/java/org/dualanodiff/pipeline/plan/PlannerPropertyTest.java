package org.dualanodiff.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class PlannerPropertyTest {
    private static final TrainingSet SET = new TrainingSet("c", "d", "data", 1, 0);
    private static final AdapterRecipe RECIPE = new AdapterRecipe("base", Map.of(), "sks", 64, 1);

    @Property
    void plan_withWhatIsThere_coversTheTargetOnce(
            @ForAll @IntRange(max = 120) int target,
            @ForAll @IntRange(min = 1, max = 9) int block,
            @ForAll @IntRange(max = 30) int extra,
            @ForAll @Size(max = 80) Set<@IntRange(max = 150) Integer> existing) {
        List<GenerateUnit> units = generate(new SampleTarget(target, block, block + extra), existing);
        List<Integer> planned = units.stream()
                .flatMap(unit -> Arrays.stream(unit.missing()).boxed())
                .toList();

        assertThat(planned).doesNotHaveDuplicates().noneMatch(existing::contains);
        assertThat(IntStream.range(0, target).boxed())
                .allMatch(index -> existing.contains(index) || planned.contains(index));
        assertThat(planned).allMatch(index -> index >= 0 && index < target);
    }

    @Property
    void plan_ofAnyGaps_cutsDisjointUnitsAtBlocks(
            @ForAll @IntRange(max = 120) int target,
            @ForAll @IntRange(min = 1, max = 9) int block,
            @ForAll @IntRange(max = 30) int extra,
            @ForAll @Size(max = 80) Set<@IntRange(max = 150) Integer> existing) {
        int previousEnd = 0;
        for (GenerateUnit unit : generate(new SampleTarget(target, block, block + extra), existing)) {
            assertThat(unit.firstIndex()).isGreaterThanOrEqualTo(previousEnd);
            assertThat(unit.firstIndex() % block).isZero();
            assertThat(unit.endIndex() % block).isZero();
            assertThat(unit.endIndex() - unit.firstIndex()).isBetween(block, block + extra);
            assertThat(unit.missing()).isNotEmpty().isSorted();
            assertThat(Arrays.stream(unit.missing()))
                    .allMatch(index -> index >= unit.firstIndex() && index < unit.endIndex());
            previousEnd = unit.endIndex();
        }
    }

    private static List<GenerateUnit> generate(SampleTarget target, Set<Integer> existing) {
        BitSet indices = new BitSet();
        existing.forEach(indices::set);
        return Planner.plan(new PlanInput(List.of(SET), RECIPE, target, Set.of(), Map.of(SET.key(), indices)))
                .generate();
    }
}
