package org.dualanodiff.model.torch;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.dualanodiff.model.base.BaseModel;
import org.dualanodiff.model.dual.BackgroundCompensation.BackgroundMode;
import org.dualanodiff.model.dual.DualAdapter.Ablation;
import org.dualanodiff.model.dual.MergedAdapter;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.golden.Golden;
import org.dualanodiff.model.image.Flip;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.sampling.DualSampler;
import org.dualanodiff.model.sampling.SampleSeries;
import org.dualanodiff.model.sampling.SamplingConfig;
import org.dualanodiff.model.sampling.SamplingConfig.Guidance;
import org.dualanodiff.model.torch.Tensors.Traffic;
import org.dualanodiff.model.training.AdamW;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.DualTrainer.TrainingExample;
import org.dualanodiff.model.training.TrainingConfig;
import org.junit.jupiter.api.Test;

/** How often a step crosses between host and device: on a GPU each crossing waits until the device has nothing left to do. */
class StepTrafficTest {

    private static final int SIDE = 32;

    // Not more than now; whoever needs fewer lowers them.
    private static final long TRAINING_READ_BACKS = 1;
    private static final long TRAINING_UPLOADS = 7;
    private static final long SAMPLING_UPLOADS = 2;

    @Test
    void trainingStep_crossesNoOftenerThanItDid() throws IOException {
        List<Traffic> moments = new ArrayList<>();
        try (BaseModel base = BaseModel.load(Golden.model(), Compute.CPU);
                DualTrainer trainer = trainer(base)) {
            trainer.train(Path.of("no", "checkpoint"), (step, steps, loss) -> moments.add(Traffic.soFar()));
        }
        Traffic step = moments.get(3).since(moments.get(2));

        assertThat(step.readBacks()).isLessThanOrEqualTo(TRAINING_READ_BACKS);
        assertThat(step.uploads()).isLessThanOrEqualTo(TRAINING_UPLOADS);
    }

    @Test
    void denoisingStep_readsNothingBack() {
        assertThat(perStep().readBacks()).isZero();
    }

    @Test
    void denoisingStep_uploadsNoOftenerThanItDid() {
        assertThat(perStep().uploads()).isLessThanOrEqualTo(SAMPLING_UPLOADS);
    }

    /** What a block of more steps needs more. */
    private static Traffic perStep() {
        try (BaseModel base = BaseModel.load(Golden.model(), Compute.CPU);
                MergedAdapter adapter =
                        MergedAdapter.read(Golden.path("dual/pytorch_lora_weights.safetensors"), base)) {
            Traffic two = block(base, adapter, 2);
            Traffic three = block(base, adapter, 3);
            return three.since(two);
        }
    }

    private static Traffic block(BaseModel base, MergedAdapter adapter, int steps) {
        SamplingConfig config =
                new SamplingConfig(SamplingConfig.Method.DDIM, steps, Guidance.byText(2), 1, 1, SIDE, false);
        try (DualSampler sampler = new DualSampler(base, adapter, NestedPrompt.RELEASED, "", config)) {
            Traffic before = Traffic.soFar();
            sampler.sampleBlock(new SampleSeries(1, "tile", "crack"), 0);
            return Traffic.soFar().since(before);
        }
    }

    private static DualTrainer trainer(BaseModel base) {
        BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        BufferedImage mask = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_GRAY);
        mask.getRaster().setSample(SIDE / 2, SIDE / 2, 0, 255);
        TrainingConfig config = new TrainingConfig(
                5,
                2,
                2,
                false,
                AdamW.Settings.released(1e-3, 0, 1),
                false,
                1,
                PartGround.GREY,
                2,
                false,
                BackgroundMode.OFF,
                Ablation.NONE,
                SIDE,
                Flip.among(false, false),
                10,
                1);
        return new DualTrainer(base, List.of(new TrainingExample("one", image, mask)), NestedPrompt.RELEASED, config);
    }
}
