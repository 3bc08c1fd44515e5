package org.dualanodiff.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.pipeline.UnitKey;
import org.dualanodiff.pipeline.config.ConfigLoader;
import org.dualanodiff.pipeline.plan.AdapterRecipe.TrainingSet;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Provenance;
import org.junit.jupiter.api.Test;

/** The released code's own numbers with background compensation: 50 steps, guidance 2, batches of 2. */
class CompensationDefaultsTest {

    @Test
    void compensation_whereNobodySetNumbers_bringsItsOwn() {
        RunSettings settings = settings("background.mode=auto");

        assertThat(settings.sampling(true).steps()).isEqualTo(50);
        assertThat(settings.sampling(true).guidance().scale()).isEqualTo(2);
        assertThat(settings.training(BackgroundMode.UNSCALED).batchSize()).isEqualTo(2);
        assertThat(settings.ownWithCompensation())
                .isEqualTo(Map.of(
                        "generation.steps", "50", "generation.guidance-scale", "2.0", "training.batch-size", "2"));
    }

    @Test
    void categoryWithoutCompensation_keepsThePapersNumbers() {
        RunSettings settings = settings("background.mode=auto");

        assertThat(settings.sampling(false).steps()).isEqualTo(100);
        assertThat(settings.sampling(false).guidance().scale()).isEqualTo(2.5);
        assertThat(settings.training(BackgroundMode.OFF).batchSize()).isEqualTo(4);
    }

    @Test
    void numbersThatSomebodySet_holdWithCompensation_too() {
        RunSettings settings = settings(
                "background.mode=on",
                "generation.steps=100",
                "generation.guidance-scale=2.5",
                "training.batch-size=4",
                "training.micro-batch-size=2");

        assertThat(settings.sampling(true)).isEqualTo(settings.sampling(false));
        assertThat(settings.training(BackgroundMode.UNSCALED).batchSize()).isEqualTo(4);
        assertThat(settings.training(BackgroundMode.UNSCALED).microBatchSize()).isEqualTo(2);
        assertThat(settings.ownWithCompensation()).isEmpty();
        assertThat(settings.all().keySet()).noneMatch(name -> name.contains("compensation"));
    }

    @Test
    void microBatch_largerThanTheCompensatedBatch_isThatBatch() {
        RunSettings settings = settings("background.mode=on", "training.micro-batch-size=4");

        assertThat(settings.training(BackgroundMode.UNSCALED).microBatchSize()).isEqualTo(2);
    }

    @Test
    void runWithoutCompensation_andItsAdapters_haveTheSettingsTheyHadWithNumbersSet() {
        RunSettings left = settings();
        RunSettings set = settings("generation.steps=100", "generation.guidance-scale=2.5", "training.batch-size=4");

        assertThat(left.all())
                .isEqualTo(set.all())
                .containsEntry("generation.steps", "100")
                .containsEntry("generation.guidance-scale", "2.5")
                .containsEntry("training.batch-size", "4");
        assertThat(adapter(left, false)).isEqualTo(adapter(set, false));
    }

    @Test
    void compensatedAdapter_ofABatchOfTwo_isAnotherThanOfFour() {
        RunSettings left = settings("background.mode=on");
        RunSettings two = settings("background.mode=on", "training.batch-size=2");
        RunSettings four = settings("background.mode=on", "training.batch-size=4");

        assertThat(adapter(left, true)).isEqualTo(adapter(two, true)).isNotEqualTo(adapter(four, true));
        assertThat(left.all()).isNotEqualTo(four.all());
    }

    @Test
    void precisionOfItsOwn_ofGeneration_isTheRunsPrecision() {
        assertThat(settings("compute.precision=bf16", "compute.generation-precision=fp16")
                        .all())
                .containsEntry("compute.precision", "fp16")
                .doesNotContainKey("compute.training-precision");
        assertThat(settings("compute.training-precision=bf16").all())
                .containsEntry("compute.precision", "auto")
                .containsEntry("compute.training-precision", "bf16");
    }

    @Test
    void fp16ForAll_trainsAsWithAuto() {
        RunSettings settings = settings("compute.precision=fp16");

        assertThat(settings.config().compute().forTraining()).isEqualTo("auto");
        assertThat(settings.config().compute().forGeneration()).isEqualTo("fp16");
    }

    /** The adapter of one set, as {@link RunInputs} asks for it. */
    private static AdapterId adapter(RunSettings settings, boolean compensated) {
        return settings.recipe()
                .adapterOf(new TrainingSet(
                        new UnitKey("nut", "bent"), "data", 5, 0, settings.trainingSettings(compensated)));
    }

    private static RunSettings settings(String... given) {
        return new RunSettings(
                ConfigLoader.load(Optional.empty(), List.of(given), Map.of(), new Properties()),
                new Provenance.BaseModel("base", "0".repeat(64)),
                512,
                false,
                Optional.empty());
    }
}
