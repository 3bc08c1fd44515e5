package org.dualanodiff.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.plan.AdapterRecipe.TrainingSet;
import org.dualanodiff.pipeline.plan.Plan.GenerateUnit;
import org.dualanodiff.pipeline.plan.Plan.SampleTarget;
import org.dualanodiff.pipeline.plan.Plan.Unusable;
import org.dualanodiff.pipeline.plan.Planner.PlanInput;
import org.dualanodiff.pipeline.store.AdapterId;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final AdapterRecipe RECIPE = new AdapterRecipe("base", "a vfx with sks", 512, 7);
    private static final TrainingSet BENT = bent("data-1", "5000");
    private static final TrainingSet SCRATCH =
            new TrainingSet(new UnitKey("metal nut", "scratch"), "data-2", 5, 1, Map.of());

    @Test
    void plan_ofUntouchedStore_trainsAndGeneratesAll() {
        PlanInput input = input(List.of(BENT, SCRATCH), 10, Set.of(), Map.of());
        Plan plan = Planner.plan(input);

        assertThat(plan.train()).containsExactly(adapter(BENT), adapter(SCRATCH));
        assertThat(generate(input))
                .containsExactly(
                        unit(BENT, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7),
                        unit(BENT, 8, 12, 8, 9, 10, 11),
                        unit(SCRATCH, 0, 8, 0, 1, 2, 3, 4, 5, 6, 7),
                        unit(SCRATCH, 8, 12, 8, 9, 10, 11));
        assertThat(plan.samplesToGenerate()).isEqualTo(20);
    }

    @Test
    void plan_ofFinishedRun_isEmpty() {
        PlanInput input = input(List.of(BENT), 10, Set.of(adapter(BENT)), Map.of(BENT.unit(), range(0, 10)));

        assertEmpty(input);
        assertThat(Planner.plan(input).summary())
                .containsExactly("metal nut/bent: train no, 10 existing, 0 to generate");
    }

    @Test
    void plan_ofRunWithGaps_yieldsOnlyTheGaps() {
        BitSet existing = range(0, 3);
        existing.set(5, 8);

        PlanInput input = input(List.of(BENT), 12, Set.of(adapter(BENT)), Map.of(BENT.unit(), existing));

        assertThat(Planner.plan(input).train()).isEmpty();
        assertThat(generate(input)).containsExactly(unit(BENT, 0, 8, 3, 4), unit(BENT, 8, 12, 8, 9, 10, 11));
    }

    @Test
    void plan_withRaisedTarget_startsAfterTheLongStretchThatIsThere() {
        PlanInput input = input(List.of(BENT), 102, Set.of(), Map.of(BENT.unit(), range(0, 98)));

        assertThat(generate(input)).containsExactly(unit(BENT, 96, 104, 98, 99, 100, 101, 102, 103));
    }

    @Test
    void plan_withSamplesAboveTheTarget_leavesThem() {
        BitSet existing = range(0, 3);
        existing.set(40);

        PlanInput input = input(List.of(BENT), 4, Set.of(), Map.of(BENT.unit(), existing));

        assertThat(generate(input)).containsExactly(unit(BENT, 0, 4, 3));
        assertThat(Planner.plan(input).units().get(0).existing()).isEqualTo(4);
    }

    @Test
    void plan_withRejectedSamples_replacesThemByTheNextIndices() {
        BitSet rejected = new BitSet();
        rejected.set(1);
        rejected.set(5);

        assertThat(generate(replanned(10, 30, range(0, 10), rejected))).containsExactly(unit(BENT, 8, 12, 10, 11));
        rejected.set(10);
        assertThat(generate(replanned(10, 30, range(0, 12), rejected)))
                .containsExactly(unit(BENT, 12, 16, 12, 13, 14, 15));
        assertEmpty(replanned(10, 30, range(0, 13), rejected));
    }

    @Test
    void plan_withAllTriesUsed_isEmpty() {
        assertEmpty(replanned(4, 6, range(0, 6), range(0, 5)));
        assertThat(generate(replanned(4, 7, range(0, 6), range(0, 5)))).containsExactly(unit(BENT, 4, 8, 6, 7));
    }

    @Test
    void plan_withRaisedTargetAndRejectedSamples_addsOnlyWhatIsLacking() {
        assertThat(generate(replanned(8, 30, range(0, 9), range(2, 5)))).containsExactly(unit(BENT, 8, 12, 9, 10, 11));
    }

    private static PlanInput replanned(int target, int attempts, BitSet existing, BitSet rejected) {
        return new PlanInput(
                List.of(BENT),
                RECIPE,
                new SampleTarget(target, 4, 10, attempts),
                Set.of(adapter(BENT)),
                Map.of(BENT.unit(), existing),
                Map.of(BENT.unit(), rejected));
    }

    @Test
    void plan_ofSetWithoutUsableImage_leavesItOutWithItsReason() {
        TrainingSet bad = new TrainingSet(new UnitKey("metal nut", "flip"), "data-3", 0, 3, Map.of());
        TrainingSet none = new TrainingSet(new UnitKey("metal nut", "hole"), "data-4", 0, 0, Map.of());

        Plan plan = Planner.plan(input(List.of(bad, BENT, none), 2, Set.of(), Map.of()));

        assertThat(plan.unusable())
                .containsExactly(
                        new Unusable(
                                new UnitKey("metal nut", "flip"), "no usable training image: all 3 are in quarantine"),
                        new Unusable(new UnitKey("metal nut", "hole"), "no training image"));
        assertThat(plan.train()).hasSize(1);
        assertThat(plan.summary())
                .containsExactly(
                        "metal nut/bent: train yes, 0 existing, 2 to generate",
                        "metal nut/flip: left out: no usable training image: all 3 are in quarantine",
                        "metal nut/hole: left out: no training image");
    }

    @Test
    void plan_withAdapterOfAnotherCategory_trainsItsOwn() {
        TrainingSet twin = new TrainingSet(new UnitKey("copper nut", "bent"), "data-1", 8, 0, Map.of());

        Plan plan = Planner.plan(input(List.of(BENT, twin), 1, Set.of(adapter(BENT)), Map.of()));

        assertThat(plan.train()).containsExactly(adapter(twin));
    }

    @Test
    void recipe_changedInAnyPart_makesAnotherAdapter() {
        assertThat(List.of(
                        adapter(BENT),
                        new AdapterRecipe("base-2", "a vfx with sks", 512, 7).adapterOf(BENT),
                        new AdapterRecipe("base", "sks", 512, 7).adapterOf(BENT),
                        new AdapterRecipe("base", "a vfx with sks", 256, 7).adapterOf(BENT),
                        new AdapterRecipe("base", "a vfx with sks", 512, 8).adapterOf(BENT),
                        adapter(bent("data-1", "5001")),
                        adapter(bent("data-2", "5000"))))
                .doesNotHaveDuplicates();
    }

    private static TrainingSet bent(String data, String steps) {
        return new TrainingSet(new UnitKey("metal nut", "bent"), data, 8, 0, Map.of("training.steps", steps));
    }

    @Test
    void input_withUnworkableNumbersOrTwins_isRefused() {
        assertThatThrownBy(() -> new SampleTarget(10, 8, 4, 10))
                .hasMessageContaining("at least generation.batch-size (8)");
        assertThatThrownBy(() -> new SampleTarget(10, 0, 4, 10)).hasMessageContaining("was 0");
        assertThatThrownBy(() -> new SampleTarget(-1, 1, 4, -1)).hasMessageContaining("was -1");
        assertThatThrownBy(() -> new SampleTarget(10, 1, 1, 9)).hasMessageContaining("attempts must be at least");
        assertThatThrownBy(() -> input(List.of(BENT, BENT), 1, Set.of(), Map.of()))
                .hasMessageContaining("planned twice");
    }

    private static PlanInput input(
            List<TrainingSet> sets, int target, Set<AdapterId> published, Map<UnitKey, BitSet> existing) {
        return new PlanInput(sets, RECIPE, new SampleTarget(target, 4, 10, target), published, existing, Map.of());
    }

    private static AdapterId adapter(TrainingSet set) {
        return RECIPE.adapterOf(set);
    }

    private static GenerateUnit unit(TrainingSet set, int first, int end, int... missing) {
        return new GenerateUnit(
                adapter(set), first, end, Arrays.stream(missing).boxed().toList());
    }

    private static BitSet range(int first, int end) {
        return IntStream.range(first, end).collect(BitSet::new, BitSet::set, BitSet::or);
    }

    private static void assertEmpty(PlanInput input) {
        assertThat(Planner.plan(input).train()).isEmpty();
        assertThat(generate(input)).isEmpty();
    }

    /** What the sets of a plan lack, one after another. */
    static List<GenerateUnit> generate(PlanInput input) {
        return Planner.plan(input).units().stream()
                .flatMap(unit -> Planner.units(
                        unit.adapter(),
                        input.existing().getOrDefault(unit.adapter().unit(), new BitSet()),
                        input.rejected().getOrDefault(unit.adapter().unit(), new BitSet()),
                        input.target())
                        .stream())
                .toList();
    }
}
