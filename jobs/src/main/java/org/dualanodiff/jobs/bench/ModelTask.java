package org.dualanodiff.jobs.bench;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.dualanodiff.model.BaseModel;
import org.dualanodiff.model.bench.ModelTiming;
import org.dualanodiff.model.dual.Ablation;
import org.dualanodiff.model.dual.BackgroundMode;
import org.dualanodiff.model.dual.NestedPrompt;
import org.dualanodiff.model.image.PartGround;
import org.dualanodiff.model.training.DualTrainer;
import org.dualanodiff.model.training.TrainingConfig;
import org.dualanodiff.model.training.TrainingExample;
import org.dualanodiff.pipeline.Stopwatch;

/** One measurement of the model, alone in its process so that its peak of memory is its own. */
public enum ModelTask {
    /** One training step of one pair. */
    TRAIN {
        @Override
        public Measured run(BaseModel base, int resolution, boolean recompute) throws IOException {
            TrainingConfig config = new TrainingConfig(
                    2,
                    1,
                    1,
                    recompute,
                    2e-5,
                    false,
                    1,
                    PartGround.GREY,
                    1e-2,
                    1,
                    32,
                    false,
                    BackgroundMode.OFF,
                    Ablation.NONE,
                    resolution,
                    false,
                    false,
                    100,
                    1);
            Path state = Files.createTempDirectory("dualanodiff-bench-").resolve("state");
            try (DualTrainer trainer = new DualTrainer(base, examples(resolution), NestedPrompt.RELEASED, config)) {
                Stopwatch[] watch = {Stopwatch.start()};
                double[] seconds = new double[1];
                trainer.train(state, (step, steps, loss) -> {
                    seconds[0] = watch[0].seconds();
                    watch[0] = Stopwatch.start();
                });
                return new Measured(seconds[0], ResidentMemory.peakMebibytes());
            }
        }
    },

    /** One guided denoising step of one pair. */
    SAMPLE {
        @Override
        public Measured run(BaseModel base, int resolution, boolean recompute) throws IOException {
            try (ModelTiming timing = new ModelTiming(base, resolution, 1)) {
                timing.guidedStep();
                return new Measured(timing.guidedStep(), ResidentMemory.peakMebibytes());
            }
        }
    };

    /**
     * @param seconds of one step, the second that was made
     * @param peakMebibytes resident memory of the process at its highest
     */
    public record Measured(double seconds, double peakMebibytes) {}

    public abstract Measured run(BaseModel base, int resolution, boolean recompute) throws IOException;

    private static List<TrainingExample> examples(int resolution) {
        BufferedImage image = new BufferedImage(resolution, resolution, BufferedImage.TYPE_BYTE_GRAY);
        IntStream.range(0, resolution).forEach(i -> image.getRaster().setSample(i, i, 0, 255));
        return List.of(new TrainingExample("diagonal", image, image));
    }
}
