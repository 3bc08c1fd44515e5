package org.dualanodiff.pipeline.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.dualanodiff.model.base.MemoryNeed;
import org.dualanodiff.model.base.ModelFiles;
import org.dualanodiff.model.base.RandomModel;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.torch.Precision;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.pipeline.store.AdapterId;
import org.dualanodiff.pipeline.store.Fingerprint;
import org.dualanodiff.pipeline.train.TrainAdapter.TrainTask;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is said where the memory of a device does not suffice. */
class TrainingMemoryTest {

    @TempDir
    static Path shared;

    private static MemoryNeed memory;

    @BeforeAll
    static void write() throws IOException {
        RandomModel.write(shared.resolve("model"), RandomModel.Preset.TINY, 3);
        memory = MemoryNeed.of(ModelFiles.open(shared.resolve("model")));
    }

    @Test
    void wholeBatch_thatDoesNotFit_namesAllThatLowersTheNeed() {
        assertThat(TrainAdapter.tooLarge(memory, "gpu(0)", Precision.FP32, task(4, false), 4, "CUDA out of memory"))
                .startsWith("the memory of gpu(0) does not suffice to train ")
                .contains(": CUDA out of memory. 4 pairs of 128 pixels at once in FP32 need about ")
                .endsWith("To need less: training.micro-batch-size = 1, then training.recompute = true, then"
                        + " compute.training-precision = bf16, then a lower resolution");
    }

    @Test
    void chosenMicroBatch_thatDoesNotFit_namesWhatIsLeft() {
        assertThat(TrainAdapter.tooLarge(memory, "gpu(0)", Precision.BF16, task(0, false), 1, "CUDA out of memory"))
                .contains("1 pair of 128 pixels at once in BF16 need about ")
                .endsWith("To need less: training.recompute = true, then a lower resolution");
    }

    @Test
    void chosenMicroBatchOfSeveralPairs_thatDoesNotFit_namesItAndThatOneNeedsLess() {
        assertThat(TrainAdapter.tooLarge(memory, "gpu(0)", Precision.BF16, task(0, true), 2, "CUDA out of memory"))
                .contains("2 pairs of 128 pixels at once in BF16 need about ")
                .endsWith("To need less: training.micro-batch-size = 1, then a lower resolution");
    }

    @Test
    void trainingThatNeedsLeast_canOnlyBeSmaller() {
        assertThat(TrainAdapter.tooLarge(memory, "cpu()", Precision.BF16, task(1, true), 1, "bad_alloc"))
                .contains(" with recomputation. ")
                .endsWith("To need less: a lower resolution");
    }

    private static TrainTask task(int microBatch, boolean recompute) {
        TrainingConfig training = new TrainingConfig(
                10,
                4,
                microBatch,
                recompute,
                AdamW.Settings.released(2e-5, 1e-2, 1),
                false,
                1,
                PartGround.GREY,
                32,
                false,
                BackgroundMode.OFF,
                Ablation.NONE,
                128,
                Flip.among(false, false),
                100,
                1);
        return new TrainTask(
                new AdapterId("hazelnut", "crack", new Fingerprint("ab".repeat(32))),
                null,
                null,
                null,
                null,
                null,
                training,
                Map.of(),
                0,
                0,
                null);
    }
}
